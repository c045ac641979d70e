import { pushIdentity } from './push-identity.js';
import { parsePush } from './push-parser.js';

const EVENT =
  '{"FromUserName":"o1","CreateTime":1763611200,"MsgType":"event","Event":"wxa_media_check","trace_id":"t1","result":{"suggest":"risky","label":20002},"detail":[{"prob":0.1234567890123456},{"prob":90}]}';
const of = (text: string, format: 'xml' | 'json' = 'json') => {
  const push = parsePush(text, format);
  if (!push) throw new Error('not read');
  return pushIdentity(push.exact);
};

it('is the same for the same content, whatever the order of its fields', () => {
  const { FromUserName, result, ...rest } = JSON.parse(EVENT);
  const turned = { ...rest, result: { label: result.label, suggest: result.suggest }, FromUserName };
  expect(of(JSON.stringify(turned, undefined, 2))).toBe(of(EVENT));
  expect(of('<xml><A>1</A><B><C>2</C><D>3</D></B></xml>', 'xml')).toBe(
    of('<xml>\n<B><D><![CDATA[3]]></D><C>2</C></B>\n<A>1</A></xml>', 'xml'),
  );
});

it.each([
  ['another field', '"trace_id":"t1"', '"trace_id":"t2"'],
  ['a field more', '"trace_id":"t1"', '"trace_id":"t1","version":2'],
  ['a field less', '"trace_id":"t1",', ''],
  ['a nested field', '"label":20002', '"label":20003'],
  ['an item of a list', '{"prob":90}', '{"prob":91}'],
  ['an item less', ',{"prob":90}', ''],
  [
    'the order of a list',
    '[{"prob":0.1234567890123456},{"prob":90}]',
    '[{"prob":90},{"prob":0.1234567890123456}]',
  ],
  ['a digit that a JavaScript number does not hold', '0.1234567890123456}', '0.12345678901234561}'],
  ['upper case', '"risky"', '"Risky"'],
  ['nothing for something', '"trace_id":"t1"', '"trace_id":null'],
  [
    'a nested name at the top',
    '"result":{"suggest":"risky","label":20002}',
    '"result":{"suggest":"risky"},"label":20002',
  ],
])('differs by %s', (_what, told, instead) => {
  expect(EVENT).toContain(told);
  expect(of(EVENT.replace(told, instead))).not.toBe(of(EVENT));
});

it('is not confused by what texts contain', () => {
  const texts = [
    '{"a":"b\\",\\"c\\":\\"d"}',
    '{"a":"b","c":"d"}',
    '{"a":["b","c"]}',
    '{"a":"[\\"b\\",\\"c\\"]"}',
    '{"a":{"b":"c"}}',
  ];
  expect(new Set(texts.map((text) => of(text))).size).toBe(texts.length);
});
