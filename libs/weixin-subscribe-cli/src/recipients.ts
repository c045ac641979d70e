import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { CliError } from './cli-error.js';

/** In characters; the host has the same limit. */
const MOST_LINE = 65_536;

export interface Recipient {
  openid: string;
  fields?: Record<string, unknown>;
}

/**
 * Reads recipients from a file, or from standard input (`-`), one by one, however many. CSV: the first line
 * names the columns, `openid` and the fields. NDJSON: an openid in quotes, or `{"openid", "fields"}`, on each
 * line.
 * @throws {CliError} while it is read, with the line
 */
export function recipientsOf(file: string, format = file.endsWith('.ndjson') ? 'ndjson' : 'csv') {
  const name = file === '-' ? 'standard input' : file;
  const text = textOf(file === '-' ? process.stdin : createReadStream(file), name);
  return format === 'ndjson' ? fromNdjson(text, name) : fromCsv(text, name);
}

async function* fromCsv(
  text: AsyncIterable<string>,
  name: string,
): AsyncGenerator<Recipient, void, undefined> {
  const parser = parse({
    bom: true,
    columns: columnsOf(name),
    info: true,
    skip_empty_lines: true,
    trim: true,
  });
  // An error of either is thrown by the loop below.
  pipeline(Readable.from(text), parser, () => undefined);
  try {
    for await (const { record, info } of parser) {
      const { openid, ...fields } = record as Record<string, string>;
      yield checked({ openid, fields }, `${name}, line ${info.lines}`);
    }
  } catch (error) {
    throw error instanceof CsvError ? new CliError(`${name}: ${error.message}`) : error;
  }
}

const columnsOf = (name: string) => (header: string[]) => {
  const again = header.find((column, index) => header.indexOf(column) !== index);
  if (again !== undefined) throw new CliError(`${name}: the column "${again}" is there twice`);
  if (!header.includes('openid'))
    throw new CliError(
      `${name}: the first line names no column "openid", but "${header.join('", "').slice(0, 200)}"`,
      'Name the columns in the first line: openid, and the fields that fill {{placeholders}}.',
    );
  return header;
};

async function* fromNdjson(
  text: AsyncIterable<string>,
  name: string,
): AsyncGenerator<Recipient, void, undefined> {
  let line = 0;
  for await (const row of linesOf(text, name)) {
    line++;
    if (row.trim() !== '') yield checked(json(row, `${name}, line ${line}`), `${name}, line ${line}`);
  }
}

/** An unfinished line is kept as a list of chunks, so that each character is read once. */
async function* linesOf(text: AsyncIterable<string>, name: string): AsyncGenerator<string, void, undefined> {
  let chunks: string[] = [];
  let length = 0;
  let line = 1;
  for await (const chunk of text) {
    const [first, ...others] = chunk.split('\n');
    chunks.push(first);
    length += first.length;
    if (length > MOST_LINE)
      throw new CliError(`${name}, line ${line} must have at most ${MOST_LINE} characters`);
    if (others.length === 0) continue;
    yield chunks.join('');
    line += others.length;
    const last = others.pop() as string;
    yield* others;
    chunks = [last];
    length = last.length;
  }
  yield chunks.join('');
}

async function* textOf(stream: Readable, name: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of stream) yield decoder.decode(chunk as Uint8Array, { stream: true });
    yield decoder.decode();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new CliError(
        `${name} is not UTF-8`,
        'Save it as "CSV UTF-8", or convert it: iconv -f GBK -t UTF-8',
      );
    throw new CliError(`${name} can not be read: ${message}`);
  }
}

function json(row: string, at: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    throw new CliError(`${at} must be JSON: an openid in quotes, or {"openid": …, "fields": {…}}`);
  }
}

/**
 * The host checks the rest, and keeps a row whose fields do not fit as invalid; a row that is no recipient
 * would make it refuse the whole list.
 */
function checked(row: unknown, at: string): Recipient {
  const recipient = (typeof row === 'string' ? { openid: row } : Object(row)) as Recipient;
  if (typeof recipient.openid !== 'string' || !/^[\w-]{1,64}$/.test(recipient.openid))
    throw new CliError(`${at}: the openid must be 1 to 64 letters, digits, "_" or "-"`);
  return recipient;
}
