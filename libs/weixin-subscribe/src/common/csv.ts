import { stringify } from 'csv-stringify/sync';

export type CsvCell = string | number | Date | null | undefined;

/** One column: its name in the first line, and what it shows of a row. */
export interface CsvColumn<Row> {
  header: string;
  cell(row: Row): CsvCell;
}

/**
 * CSV as RFC 4180 has it (lines end in CR LF, quotes where needed), each piece whole lines. Text that a spreadsheet would take for a formula
 * (first character `=`, `+`, `-`, `@`, tab or CR, also full-width) gets a `'` in front; numbers do not need it. The first line names the
 * columns, also when there is no row.
 */
export async function* csvOf<Row>(
  columns: readonly CsvColumn<Row>[],
  batches: AsyncIterable<Row[]>,
  { bom = false }: { bom?: boolean } = {},
): AsyncGenerator<string, void, undefined> {
  yield (bom ? '\uFEFF' : '') + lines([columns.map(({ header }) => header)]);
  for await (const rows of batches) {
    if (rows.length > 0) yield lines(rows.map((row) => columns.map(({ cell }) => cell(row))));
  }
}

function lines(records: CsvCell[][]): string {
  return stringify(records, {
    escape_formulas: true,
    record_delimiter: 'windows',
    // Otherwise only CR LF together would be quoted, and readers take either alone for the end of a line.
    quote_record_delimiter: true,
    cast: { date: (moment) => moment.toISOString() },
  });
}
