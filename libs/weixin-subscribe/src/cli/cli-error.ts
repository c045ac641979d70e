import { UNSAFE } from '../common/one-line.js';

/** Shown to the person at the terminal as it is, without a stack. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}

const UNSAFE_RUN = new RegExp(`${UNSAFE.source}+`, 'gu');

/** Text of others on a terminal: without what would move its cursor, colour it or reverse what is read. */
export function plain(text: unknown): string {
  return String(text ?? '').replace(UNSAFE_RUN, ' ');
}
