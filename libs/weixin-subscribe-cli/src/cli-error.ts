/** Shown to the person at the terminal as it is, without a stack. */
export class CliError extends Error {
  declare readonly remedy?: string;

  constructor(message: string, remedy?: string) {
    super(message);
    if (remedy !== undefined) this.remedy = remedy;
  }
}

const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** Text of others on a terminal: without what would move its cursor, colour it or reverse what is read. */
export function plain(text: unknown): string {
  return String(text ?? '').replace(UNSAFE, ' ');
}
