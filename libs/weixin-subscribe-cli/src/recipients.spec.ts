import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipientsOf } from './recipients.js';

describe('recipients in a file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weixin-recipients-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const read = async (name: string, text: string | Uint8Array, format?: string) => {
    writeFileSync(join(folder, name), text);
    const rows = [];
    for await (const row of recipientsOf(join(folder, name), format)) rows.push(row);
    return rows;
  };

  it('are read from CSV as spreadsheets write it: BOM, CR LF, quotes, line breaks in cells, empty lines', async () => {
    const text = '\uFEFF"name",openid,note\r\n"同学, ""小明""",o1,"a\nb"\r\n\r\n 小红 ,o-2_,\r\n';
    expect(await read('a.csv', text)).toEqual([
      { openid: 'o1', fields: { name: '同学, "小明"', note: 'a\nb' } },
      { openid: 'o-2_', fields: { name: '小红', note: '' } },
    ]);
  });

  it('are read from CSV with no column but openid', async () => {
    expect(await read('b.csv', 'openid\no1\no2')).toEqual([
      { openid: 'o1', fields: {} },
      { openid: 'o2', fields: {} },
    ]);
  });

  it.each([undefined, 'ndjson'])(
    'are read from lines of JSON, by the name of the file or as asked (%s)',
    async (format) => {
      const text = '"o1"\n\n{"openid":"o2","fields":{"room":1}}\r\n"o3"';
      expect(await read(format ? 'c.txt' : 'c.ndjson', text, format)).toEqual([
        { openid: 'o1' },
        { openid: 'o2', fields: { room: 1 } },
        { openid: 'o3' },
      ]);
    },
  );

  it('are complete, though a character or a line lies across what is read at a time', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `o${index},同学😀${index}`);
    const read20000 = await read('d.csv', `openid,name\n${rows.join('\n')}`);
    expect(read20000.map(({ openid, fields }) => `${openid},${fields?.name}`)).toEqual(rows);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['e.csv', 'name,room\nx,1\n', /e\.csv: the first line names no column "openid", but "name", "room"$/],
    ['f.csv', 'openid,room\no1,1\n\no 2,1\n', /f\.csv, line 4: the openid must be 1 to 64 letters, digits/],
    ['g.csv', 'openid,room\no1\n', /g\.csv: Invalid Record Length/],
    ['h.csv', Uint8Array.from([...Buffer.from('openid,name\no1,'), 0xc3, 0xf7]), /h\.csv is not UTF-8$/],
    ['i.csv', 'openid,a,a\no1,1,2', /i\.csv: the column "a" is there twice$/],
    ['j.ndjson', '"o1"\n{"openid":', /j\.ndjson, line 2 must be JSON/],
    ['k.ndjson', '"o1"\n\nnull\n', /k\.ndjson, line 3: the openid must be/],
    ['l.ndjson', '["o1"]', /l\.ndjson, line 1: the openid must be/],
  ])('are refused where they are wrong: %s', async (name, text, says) => {
    await expect(read(name, text)).rejects.toThrow(says);
  });

  it('are refused where there is no file', async () => {
    await expect(recipientsOf(join(folder, 'nowhere.csv')).next()).rejects.toThrow(
      /nowhere\.csv can not be read: ENOENT/,
    );
  });
});
