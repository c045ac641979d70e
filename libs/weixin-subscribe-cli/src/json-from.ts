import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.js';

/** The text of a file, without a byte order mark; `-`: of standard input. @throws {CliError} */
export function textFrom(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new CliError(`${file} can not be read: ${(error as Error).message}`);
  }
}

/** A JSON object. What is wrong with the text is not shown: it may hold secrets. @throws {CliError} */
export function jsonFrom(file: string): object {
  try {
    const read = JSON.parse(textFrom(file));
    if (read !== null && typeof read === 'object' && !Array.isArray(read)) return read;
  } catch (error) {
    if (error instanceof CliError) throw error;
  }
  throw new CliError(`${file} does not hold a JSON object`);
}
