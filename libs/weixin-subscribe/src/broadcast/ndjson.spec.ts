import { Readable } from 'node:stream';
import { InvalidInputError } from '../kernel/errors.js';
import { recipientsIn } from './ndjson.js';

const headers = { 'content-type': 'application/x-ndjson' };

const rowsOf = (n: number) =>
  Array.from({ length: n }, (_, index) => JSON.stringify({ openid: `o${index}` })).join('\n');

/** What is read, and how often others had a turn of the event loop meanwhile. */
async function read(body: Buffer | Readable) {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const rows: unknown[] = [];
  let error: unknown;
  try {
    for await (const row of recipientsIn({ headers, body })) rows.push(row);
  } catch (thrown) {
    error = thrown;
  }
  isOver = true;
  return { rows, turns, error };
}

describe('a body of recipients', () => {
  it('leaves the event loop to others every few hundred rows, also when it is in memory', async () => {
    const text = Buffer.from(rowsOf(20_000));
    const { rows, turns, error } = await read(text);
    expect(error).toBeUndefined();
    expect(rows).toHaveLength(20_000);
    expect(turns).toBeGreaterThanOrEqual(Math.floor(text.length / 16_384));
  });

  it('of line ends only is refused when it is clear that nothing comes, with the line', async () => {
    const { rows, error } = await read(Buffer.alloc(20_000_000, '\n'));
    expect(rows).toEqual([]);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).errors).toEqual([
      {
        field: 'line 1001',
        message: 'up to line 1001 there are 1000 more empty lines than recipients; leave them out',
      },
    ]);
  });

  it.each(['\n', '\r\n', ' \t\n'])('may have an empty line after each recipient (%j)', async (end) => {
    const text = rowsOf(5000).replaceAll('\n', `\n${end}`);
    const { rows, error } = await read(Buffer.from(text));
    expect(error).toBeUndefined();
    expect(rows).toHaveLength(5000);
  });

  it('tells the number of a line that is wrong, empty ones counted', async () => {
    const { error } = await read(Buffer.from('"a"\n\n\n"b"\nnothing\n'));
    expect((error as InvalidInputError).errors).toMatchObject([{ field: 'line 5' }]);
  });

  it('may come in chunks of one byte: each character is looked at once', async () => {
    const line = Buffer.from(JSON.stringify({ openid: 'o1', fields: { note: '课'.repeat(15_000) } }));
    const chunks = Readable.from([...line].map((byte) => Buffer.from([byte])));
    let searched = 0;
    const { split, indexOf } = String.prototype;
    const spies = [
      jest.spyOn(String.prototype, 'split').mockImplementation(function (this: string, ...given: unknown[]) {
        searched += this.length;
        return Reflect.apply(split, this, given);
      }),
      jest.spyOn(String.prototype, 'indexOf').mockImplementation(function (
        this: string,
        ...given: unknown[]
      ) {
        searched += this.length;
        return Reflect.apply(indexOf, this, given);
      }),
    ];
    const { rows } = await read(chunks).finally(() => {
      for (const spy of spies) spy.mockRestore();
    });
    expect(rows).toEqual([{ openid: 'o1', fields: { note: '课'.repeat(15_000) } }]);
    expect(searched).toBeLessThan(20 * line.length);
  });

  it('may end without a line end, and in the middle of nothing', async () => {
    expect((await read(Buffer.from('"a"\n"b"'))).rows).toEqual(['a', 'b']);
    expect((await read(Buffer.from('"a"\n'))).rows).toEqual(['a']);
    expect((await read(Readable.from([]))).rows).toEqual([]);
  });
});
