import { encryptedPart, formatOf, parsePush } from './push-parser.js';

const xml = (inside: string) => parsePush(`<xml>${inside}</xml>`, 'xml')?.fields;

describe('XML', () => {
  it('is read as texts, whatever they look like', () => {
    expect(
      xml(
        '<FromUserName><![CDATA[007]]></FromUserName><CreateTime>1610969440</CreateTime><A>1e5</A><B>true</B><C/>',
      ),
    ).toEqual({ FromUserName: '007', CreateTime: '1610969440', A: '1e5', B: 'true', C: '' });
  });

  it('keeps what people write', () => {
    const said = ' <!DOCTYPE html><!-- "x" --> <?php & ]] > 中文 ';
    expect(xml(`<Content><![CDATA[${said}]]></Content>`)).toEqual({ Content: said });
    expect(xml('<Content>1 &lt; 2 &amp; it\'s "3"</Content>')).toEqual({ Content: '1 < 2 & it\'s "3"' });
  });

  it('may begin with a declaration, a mark and spaces', () => {
    expect(
      parsePush('\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<xml>\n <A>1</A>\n</xml>\n', 'xml')?.fields,
    ).toEqual({
      A: '1',
    });
  });

  const bomb = `<!DOCTYPE x [<!ENTITY a "${'b'.repeat(100)}">${Array.from({ length: 9 }, (_, n) => `<!ENTITY a${n} "&a;&a;&a;&a;&a;&a;&a;&a;&a;">`).join('')}]>`;
  it.each([
    ['a document type', '<!DOCTYPE xml><xml><A>1</A></xml>'],
    ['a document type of another', '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><A>1</A></xml>'],
    ['an entity bomb', `${bomb}<xml><A>&a8;</A></xml>`],
    ['a bomb within', `<xml>${bomb}<A>&a8;</A></xml>`],
    ['a bomb behind CDATA in an instruction', `<?x <![CDATA[ ?>${bomb}<xml><A>&a8;</A></xml><?x ]]> ?>`],
    ['a bomb behind CDATA in a comment', `<!-- <![CDATA[ -->${bomb}<xml><A>&a8;</A></xml><!-- ]]> -->`],
    ['a bomb behind CDATA in an attribute', `<xml><B c="<![CDATA["/>${bomb}<A d="]]>">&a8;</A></xml>`],
    ['CDATA without end', '<xml><A><![CDATA[1</A></xml>'],
    ['elements without end', '<xml><A>1'],
    ['two roots', '<xml><A>1</A></xml><xml><A>2</A></xml>'],
    ['text alone', '<xml>1</xml>'],
    ['nothing', ''],
    ['a depth of 10,000', `<xml>${'<A>'.repeat(10_000)}${'</A>'.repeat(10_000)}</xml>`],
    ['a name of JavaScript’s', '<xml><__proto__><A>1</A></__proto__></xml>'],
  ])('with %s is not read', (_what, text) => {
    expect(parsePush(text, 'xml')).toBeUndefined();
  });
});

describe('JSON', () => {
  it('keeps whole numbers that JavaScript would round', () => {
    const text =
      '{"a":1864323726461255680,"b":-9007199254740993,"c":"1864323726461255680 \\" 9007199254740993","d":1700000000,"e":[9007199254740993],"f":0.1234567890123456}';
    expect(parsePush(text, 'json')?.fields).toEqual({
      a: '1864323726461255680',
      b: '-9007199254740993',
      c: '1864323726461255680 " 9007199254740993',
      d: 1700000000,
      e: ['9007199254740993'],
      f: 0.1234567890123456,
    });
  });

  it('is kept exactly as well, number by number', () => {
    const text = '{"a":0.12345678901234567,"b":1e400,"c":-1.50,"d":[7,"8",true,null],"e":"1 \\" 2"}';
    expect(parsePush(text, 'json')?.exact).toEqual({
      ...{ a: '0.12345678901234567', b: '1e400', c: '-1.50', d: ['7', '8', true, null], e: '1 " 2' },
    });
  });

  it('that is deeper than any push is not read', () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(parsePush(nested(99), 'json')).toBeDefined();
    expect(parsePush(nested(101), 'json')).toBeUndefined();
    expect(parsePush(nested(50_000), 'json')).toBeUndefined();
  });

  it.each([['[]'], ['null'], ['1'], ['"{}"'], ['{'], ['{"a":1}{'], [''], [`{"a":"${'\\"'.repeat(60_000)}`]])(
    'that is no object is not read: %.20s',
    (text) => {
      expect(parsePush(text, 'json')).toBeUndefined();
    },
  );
});

describe('the encrypted part', () => {
  const inXml = (more: string) => `<xml>${more}<Encrypt><![CDATA[ab+/==]]></Encrypt></xml>`;
  const content = (text: string) => inXml(`<Content>${text}</Content>`);
  const SAID = '<Encrypt>abc</Encrypt>';
  it.each([
    ['xml', '<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[ab+/==]]></Encrypt></xml>'],
    ['xml', '<xml>\n<Encrypt>\n ab+/== \n</Encrypt></xml>'],
    ['xml', '<xml><Encrypt><![CDATA[\n\tab+/== \r\n]]></Encrypt></xml>'],
    ['xml', '<xml><Encrypt>\n<![CDATA[ ab+/==\n]]>\n</Encrypt></xml>'],
    ['xml', '<?xml version="1.0"?><xml><Encrypt>ab+/==</Encrypt></xml>'],
    ['xml', content(`<![CDATA[${SAID}]]>`)],
    ['xml', content(`<![CDATA[]]]]><![CDATA[>${SAID}<!DOCTYPE x><!-- <a b="]]>`)],
    ['xml', content('&lt;Encrypt&gt;abc&lt;/Encrypt&gt;')],
    ['xml', inXml(`<A>${SAID}</A>`)],
    ['json', '{"Encrypt":"ab+/=="}'],
    ['json', '{"Content":"\\"Encrypt\\":\\"abc\\"","A":{"Encrypt":"abc"},"Encrypt":"\\n ab+/== "}'],
  ] as const)('is found in %s %s', (format, body) => {
    expect(formatOf(body)).toBe(format);
    expect(encryptedPart(body, format)).toBe('ab+/==');
  });

  it.each([
    ['xml', '<xml><Encrypt>ab</Encrypt><Encrypt>cd</Encrypt></xml>'],
    ['xml', '<xml><Encrypt>ab</Encrypt><Encrypt>ab</Encrypt></xml>'],
    ['xml', '<xml><Encrypt></Encrypt></xml>'],
    ['xml', '<xml><Encrypt>a b</Encrypt></xml>'],
    ['xml', '<xml><Encrypt><A>ab</A></Encrypt></xml>'],
    ['xml', '<xml><A><Encrypt>ab</Encrypt></A></xml>'],
    ['xml', '<xml><A><![CDATA[<Encrypt>ab</Encrypt>]]></A></xml>'],
    ['xml', '<Encrypt>ab</Encrypt>'],
    ['xml', '<xml><Encrypt>ab</Encrypt></xml><xml><Encrypt>cd</Encrypt></xml>'],
    ['xml', '<!DOCTYPE xml [<!ENTITY e "ab">]><xml><Encrypt>&e;</Encrypt></xml>'],
    ['xml', '<xml><!-- <Encrypt>ab</Encrypt> --></xml>'],
    ['xml', `<xml>${'<Encrypt>'.repeat(10_000)}</xml>`],
    ['xml', `<xml>${'<A/>'.repeat(2000)}<Encrypt>ab</Encrypt></xml>`],
    ['xml', `<xml><A>${'&lt;'.repeat(2000)}</A><Encrypt>ab</Encrypt></xml>`],
    ['xml', `<xml><A>${'<![CDATA[]]>'.repeat(2000)}</A><Encrypt>ab</Encrypt></xml>`],
    ['json', '{"Encrypt":["ab"]}'],
    ['json', '{"Encrypt":"<x>"}'],
    ['json', '{"encrypt":"ab"}'],
    ['json', '{"A":{"Encrypt":"ab"}}'],
  ] as const)('is not taken from %s %.60s', (format, body) => {
    expect(encryptedPart(body, format)).toBeUndefined();
  });
});

it.each([['x'], [''], ['[]'], ['"<"']])('a body like %p has no format', (body) => {
  expect(formatOf(body)).toBeUndefined();
});
