import { CALLERS } from './race.mjs';

/** As GitHub's Markdown reads it. */
function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function raceTable(rows) {
  return table(
    [
      'token',
      'processes × callers',
      'SDK',
      'mints',
      'token calls',
      `sent of ${CALLERS}`,
      'failed (errcode)',
      'most sends per message',
    ],
    rows.map(({ killed, processes, label, mints, ends, arrived, mostSends, notes }) => [
      killed ? 'killed upstream' : 'none (cold)',
      `${processes} × ${CALLERS / processes}`,
      label,
      mints.stable > 0 ? `${mints.minted} (stable)` : mints.minted,
      mints.called,
      sentText(ends['0'] ?? 0, arrived),
      [failedText(ends), ...notes].join('; '),
      mostSends,
    ]),
  );
}

/** What the processes say; where the simulator saw something else, that too. */
function sentText(sent, arrived) {
  return sent === arrived ? sent : `${sent} (${arrived} arrived)`;
}

function failedText(ends) {
  const failed = Object.entries(ends).filter(([end]) => end !== '0');
  const sum = failed.reduce((count, [, n]) => count + n, 0);
  return sum === 0
    ? '0'
    : `${sum} (${failed.map(([end, n]) => (failed.length > 1 ? `${end}: ${n}` : end)).join(', ')})`;
}

export function reorderTable(rows) {
  return table(
    ['SDK', 'trials', 'mints', 'trials in which both callers minted', 'trials that leave a dead token'],
    rows.map(({ label, trials, mints, crossed, dead, errors }) => [
      label,
      trials,
      mints,
      crossed,
      [`${dead} of ${trials}`, ...errors].join('; '),
    ]),
  );
}

export function storeTable(rows) {
  return table(
    ['SDK', 'token shared through'],
    rows.map(({ fullLabel, store }) => [fullLabel, store]),
  );
}
