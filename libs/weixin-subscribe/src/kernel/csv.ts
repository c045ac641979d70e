import type { Options } from 'csv-stringify/sync';

export type CsvCell = string | number | Date | null | undefined;

/** One column: its name in the first line, and what it shows of a row. */
export interface CsvColumn<Row> {
  header: string;
  cell(row: Row): CsvCell;
}

/**
 * CSV as RFC 4180 has it (lines end in CR LF, quotes where needed), each piece whole lines. Text that a
 * spreadsheet would take for a formula (first character `=`, `+`, `-`, `@`, tab or CR, also full-width) gets
 * a `'` in front; numbers do not need it. The same within a text after `;`, tab, `|` or a line break
 * (`a;=1+1`): where the list separator of the system is another one, a spreadsheet cuts the line there, and
 * quotes in the middle of what it then takes for a cell do not keep it from that. The first line names the
 * columns, also when there is no row.
 */
export async function* csvOf<Row>(
  columns: readonly CsvColumn<Row>[],
  batches: AsyncIterable<Row[]>,
  { bom = false }: { bom?: boolean } = {},
): AsyncGenerator<string, void, undefined> {
  // Loaded where somebody exports: every process would pay for it at its start.
  const { stringify } = await import('csv-stringify/sync');
  const lines = (records: CsvCell[][]) => stringify(records, FORM);
  yield (bom ? '\uFEFF' : '') + lines([columns.map(({ header }) => header)]);
  for await (const rows of batches) {
    if (rows.length > 0) yield lines(rows.map((row) => columns.map(({ cell }) => cell(row))));
  }
}

/** What separates the cells of a line where it is not the comma. */
const OTHER_SEPARATOR = /[;\t|]/;
const FORMULA_WITHIN = /([;\t|\r\n]"*)(?=[=+\-@＝＋－＠])/g;

const FORM: Options = {
  escape_formulas: true,
  record_delimiter: 'windows',
  // Otherwise only CR LF together would be quoted, and readers take either alone for the end of a line.
  quote_record_delimiter: true,
  quoted_match: OTHER_SEPARATOR,
  cast: {
    date: (moment) => moment.toISOString(),
    string: (text) => text.replace(FORMULA_WITHIN, "$1'"),
  },
};
