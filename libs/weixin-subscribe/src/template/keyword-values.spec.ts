import { checkKeywordValue, KEYWORD_TYPES, keywordType } from './keyword-values.js';

const long = (count: number, text = '9') => text.repeat(count);

const FITS: [key: string, ...values: string[]][] = [
  ['thing1', '高等数学', 'a', long(20, '课'), long(20, '😀'), 'room A-301, 8:50', '  x', '。', '\u200fשלום'],
  ['short_thing1', '加急', '五个字以内', long(20, '课')],
  ['number2', '0', '12.50', long(32), `${long(16)}.${long(16)}`, '007', `${long(32)}.${long(2)}`],
  ['letter3', 'A', 'abcXYZ', long(32, 'z'), 'é', 'Ж'],
  ['symbol4', '+', '￥', '！？…', '-*/#@', '😀', '❤️', '👨‍👩‍👧'],
  ['character_string5', 'A-301', 'no. 7/8', long(32, '#'), '2026-11-21 08:50', '（1）', 'é', '№ 7，8'],
  ['time6', '15:01', '0:00', '23:59:59', '2019年10月1日 15:01', '2019年10月1日15:01', '2020-02-29 8:50'],
  ['time6', '15:01~16:00', '2019年10月1日 15:01 ~ 16:00', '2021年10月21日 12:00:00~2021/10/22 12:00'],
  ['time6', '1月18日 15:01', '2018.01.01 15:01', '01-18 15:01:30'],
  ['date7', '2019年10月1日', '2019-10-01', '2019/1/1', '2016年8月8日 15:01', '2000-02-29', '2024年02月29日'],
  ['date7', '2019年10月1日~2019年10月7日', '2019-10-01 15:01~2019-10-02 15:01', '2026-09-07~2026-09-20'],
  ['date7', '2018.01.01', '2018-01', '01-01', '2018年1月', '1月18日', '2018/01', '2018.1', '1/18', '1.18'],
  [
    'date7',
    '2月29日',
    '02-29',
    '1月18日~1月20日',
    '2019年10月1日 15:01~16:00',
    '1月18日15:01',
    '2018-01~2018-03',
  ],
  [
    'amount8',
    '¥100',
    '￥12.50',
    '100元',
    '$1234567890',
    '0.01',
    '¥99.90元',
    '€12345678.90',
    '¥1234567890.12',
  ],
  ['amount8', 'HK$100', 'US$1', 'CNY99.90', 'NT$5元'],
  ['phone_number9', '+86-0766-66888866', '110', '138****1234', '(021) 6688 8866', '***********'],
  ['car_number10', '粤A8Z888挂', '京A12345', 'A12345', '粤A12345警', '使'],
  ['name11', '王小明', long(10, '王'), 'Tom Smith', long(20, 'a'), 'José-María', '王Tom', '买买提·艾'],
  ['phrase12', '配送中', '好', '一二三四五', '〇'],
  ['enum13', '客厅', 'anything'],
  ['enum_string2', '客厅'],
  ['lesson1', '数学', long(300, '课'), '2019.2.30'],
  ['keyword1', 'x'],
  ['thing_of_tomorrow12', '1'],
];

const DOES_NOT_FIT: [key: string, ...values: unknown[]][] = [
  [
    'thing1',
    long(21, '课'),
    long(21, '😀'),
    '',
    ' ',
    '　',
    'two\nlines',
    'tab\there',
    '\ud83d',
    5,
    null,
    undefined,
  ],
  ['thing1', ['x'], 'a\u202eb', 'a\u2066b', 'a\u0000', 'a\u0085'],
  ['short_thing1', long(21, '课'), '', 'a\nb'],
  ['number2', '-1', '+1', '1.', '.5', '1,000', '１', long(33), `1.${long(33)}`, '1e3', ' 1', '一'],
  ['letter3', 'a1', 'a b', long(33, 'z'), '字', 'a字'],
  ['symbol4', 'a', '1', '+ +', '++++++', '中'],
  ['character_string5', '教室', 'A-301室', long(33, '#'), '〇'],
  ['time6', '24:00', '15:60', '15:01:60', '15', '3:01 pm', '15：01', '2019年2月29日 15:01', '2019年10月1日'],
  ['time6', '15:01~', '~15:01', '15:01~16:00~17:00', '15:01-16:00', '15:01  ~ 16:00', '2019-10-0115:01'],
  ['time6', ' 15:01', '2018-01', '1月18日', '13月1日 15:01'],
  [
    'date7',
    '2019年2月29日',
    '2019-13-01',
    '2019-04-31',
    '1900-02-29',
    '2019-10/01',
    '2019.10-01',
    '19-10-01',
  ],
  [
    'date7',
    '2月30日',
    '02-30',
    '13-01',
    '2019年13月',
    '2019-00',
    '00-10',
    '0-1',
    '1月0日',
    '2019年',
    '10月',
    '1日',
    '2019',
  ],
  [
    'date7',
    '15:01',
    '2019年10月1日 24:00',
    '2019年10月1日~7日',
    '2019年10月1日~16:00',
    '0000-01-01',
    '2019-10-00',
  ],
  [
    'amount8',
    '¥¥1',
    '100圆',
    '-5',
    '¥12345678901',
    '¥1.12345678901',
    '¥',
    '1,000元',
    '¥ 100',
    'ABCD1',
    '人民币1',
  ],
  ['phone_number9', '+86-0766-668888667', 'tel 110', '１１０'],
  ['car_number10', '粤A8Z8888挂', '粤粤A1234', '京A·12345', '京 A1234'],
  ['name11', long(11, '王'), long(21, 'a'), `王${long(10, 'a')}`, 'R2D2', '王2'],
  ['phrase12', '一二三四五六', '配送 中', 'abc', '配送中。', '配1'],
  ['enum13', '', ' ', 'a\nb', 7],
  ['lesson1', '', ' ', 'a\nb', 7, '\ud83d'],
];

describe('the value of a keyword', () => {
  const rows = (table: [string, ...unknown[]][]) =>
    table.flatMap(([key, ...values]) => values.map((value) => [key, value] as const));

  it.each(rows(FITS))('%s may be %j', (key, value) => {
    expect(checkKeywordValue(key, value)).toBeUndefined();
  });

  it.each(rows(DOES_NOT_FIT))('%s may not be %j', (key, value) => {
    expect(checkKeywordValue(key, value)).toMatch(/^must be .*, got /);
  });

  it.each(['thing', 'thing0', 'thing01', 'Thing1', 'thing1 ', '1', 'toString1', ''])(
    '%j is no keyword',
    (key) => {
      expect(keywordType(key)).toBeUndefined();
      expect(checkKeywordValue(key, 'x')).toContain('is no keyword: write a type and a number');
    },
  );

  it.each(['things1', 'constructor1', 'keyword1', 'lesson_x12'])(
    '%j is of a type that is not known',
    (key) => {
      expect(keywordType(key)).toBeUndefined();
      expect(checkKeywordValue(key, 'x')).toBeUndefined();
    },
  );

  it('has a row for every type', () => {
    const tried = (table: [string, ...unknown[]][]) => new Set(table.map(([key]) => keywordType(key)));
    expect(tried(FITS)).toEqual(new Set([...KEYWORD_TYPES, undefined]));
    expect(tried(DOES_NOT_FIT)).toEqual(new Set([...KEYWORD_TYPES, undefined]));
  });

  it('says limit and length, and never the value', () => {
    expect(checkKeywordValue('thing1', long(25, '密'))).toBe(
      'must be text of 1 to 20 characters (Unicode code points), got other text (25 characters)',
    );
    expect(checkKeywordValue('thing1', '密\n')).toBe(
      'must be text of 1 to 20 characters (Unicode code points), got U+000A as character 2',
    );
    const secret = 'sk-live-0123456789abcdef0123456789abcdef';
    for (const type of KEYWORD_TYPES)
      expect(checkKeywordValue(`${type}1`, secret) ?? '').not.toContain('sk-');
    expect(checkKeywordValue('phone_number1', 13_800_000_000)).not.toContain('138');
  });
});
