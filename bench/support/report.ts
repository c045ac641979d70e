/** As GitHub's Markdown reads it. */
export function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Progress, beside the tables. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export const us = (value: number | undefined) =>
  value === undefined ? 'n/a' : `${value >= 100 ? Math.round(value) : value.toFixed(value < 10 ? 1 : 0)} µs`;
export const times = (value: number) => `${value.toFixed(2)}×`;

/** A target of performance.md, and whether it was reached. */
export interface Goal {
  text: string;
  reached: boolean | undefined;
}

export const atMost = (value: number | undefined, limit: number, text: string): Goal => ({
  text: `≤ ${text}`,
  reached: value === undefined ? undefined : value <= limit,
});
export const atLeast = (value: number | undefined, limit: number, text: string): Goal => ({
  text: `≥ ${text}`,
  reached: value === undefined ? undefined : value >= limit,
});
export const reached = ({ reached }: Goal) => (reached === undefined ? 'n/a' : reached ? 'yes' : '**no**');

export const HEAD = ['#', 'what', 'where', 'measured', 'beside', 'ratio', 'target', 'reached'];

export interface Line {
  id: string;
  what: string;
  where: string;
  measured: string;
  beside: string;
  ratio: string;
  goal?: Goal;
}

export function goalTable(lines: Line[]): string {
  return table(
    HEAD,
    lines.map(({ id, what, where, measured, beside, ratio, goal }) => [
      id,
      what,
      where,
      measured,
      beside,
      ratio,
      goal?.text ?? '–',
      goal ? reached(goal) : '–',
    ]),
  );
}
