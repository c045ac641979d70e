import { csvOf } from './csv.js';

async function cellOf(text: string): Promise<string> {
  async function* rows() {
    yield [text];
  }
  let all = '';
  for await (const piece of csvOf([{ header: 'h', cell: (row: string) => row }], rows())) all += piece;
  expect(all.startsWith('h\r\n') && all.endsWith('\r\n')).toBe(true);
  return all.slice(3, -2);
}

describe('a cell of a CSV', () => {
  it.each([
    ['plain', 'plain'],
    ['one, two', '"one, two"'],
    ['say "a"', '"say ""a"""'],
    ['=1+1', "'=1+1"],
    ['\t=1', '"\'\t\'=1"'],
    ['＠x', "'＠x"],
    // Where the list separator is the semicolon, or a tab, or whoever opens the file chooses it.
    ['a;b', '"a;b"'],
    ['a;=1+1', '"a;\'=1+1"'],
    ['a;"=1+1"', '"a;""\'=1+1"""'],
    ['a;;-1', '"a;;\'-1"'],
    ['a;@x;+y', '"a;\'@x;\'+y"'],
    ['a\t=1', '"a\t\'=1"'],
    ['a|=1', '"a|\'=1"'],
    ['a\n=1', '"a\n\'=1"'],
    ['a\r\n=1', '"a\r\n\'=1"'],
    ['a;＝1', '"a;\'＝1"'],
    ['1-1; a - b', '"1-1; a - b"'],
    ['a=1,b', '"a=1,b"'],
  ])('%j is %j', async (text, cell) => {
    expect(await cellOf(text)).toBe(cell);
  });
});
