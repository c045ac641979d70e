/** Shown to the person at the terminal as it is, without a stack. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}

/** Text of others on a terminal: without what would move its cursor or colour it. */
export function plain(text: unknown): string {
  return String(text ?? '').replace(/\p{Cc}+/gu, ' ');
}
