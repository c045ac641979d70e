import { checkTemplateData, keywordsOf, unknownTypesIn } from './template-data.js';

const template = {
  content: '上课时间:{{time1.DATA}}\n教室:{{thing2.DATA}}\n所在位置:{{enum_string3.DATA}}\n',
  keywordEnumValueList: [{ keywordCode: 'enum_string3.DATA', enumValueList: ['客厅', '餐厅'] }],
};
const data = { time1: { value: '8:50' }, thing2: { value: 'A-301' }, enum_string3: { value: '客厅' } };

describe('the data of a subscription message', () => {
  it('may fit its template', () => {
    expect(checkTemplateData(data, template)).toEqual([]);
    expect(checkTemplateData(data)).toEqual([]);
  });

  it('is read by the keywords of the template', () => {
    expect(keywordsOf(template)).toEqual(['time1', 'thing2', 'enum_string3']);
    expect(keywordsOf({ content: '{{thing1.DATA}} {{thing1.DATA}} {{first}} {{a.b.DATA}}' })).toEqual([
      'thing1',
    ]);
  });

  it('names every field that is wrong', () => {
    const wrong = { ...data, time1: { value: '25:00' }, thing2: { value: '课'.repeat(21) } };
    expect(checkTemplateData(wrong, template)).toEqual([
      {
        field: 'data.time1.value',
        message: expect.stringContaining('data.time1.value must be a 24-hour time'),
      },
      {
        field: 'data.thing2.value',
        message:
          'data.thing2.value must be text of 1 to 20 characters (Unicode code points), got other text (21 characters)',
      },
    ]);
  });

  it('may lack no keyword, and bring none that the template does not hold', () => {
    const { thing2, ...rest } = data;
    expect(checkTemplateData({ ...rest, thing4: thing2 }, template)).toEqual([
      {
        field: 'data.thing4',
        message: 'data.thing4 is not a keyword of the template, which holds time1, thing2, enum_string3',
      },
      { field: 'data.thing2', message: 'data.thing2 is missing: the template holds this keyword' },
    ]);
  });

  it('may be of a type that this library does not know, before the template is known as after', () => {
    const newer = { content: '课程:{{lesson_x1.DATA}}' };
    for (const known of [newer, undefined]) {
      expect(checkTemplateData({ lesson_x1: { value: '课'.repeat(100) } }, known)).toEqual([]);
      for (const value of ['', 'two\nlines', 7])
        expect(checkTemplateData({ lesson_x1: { value } }, known)).toMatchObject([
          {
            field: 'data.lesson_x1.value',
            message: expect.stringMatching(/^data\.lesson_x1\.value must be text, got /),
          },
        ]);
    }
    expect(checkTemplateData({ lesson_x1: { value: '数学' } }, template)).toContainEqual({
      field: 'data.lesson_x1',
      message: 'data.lesson_x1 is not a keyword of the template, which holds time1, thing2, enum_string3',
    });
    expect(unknownTypesIn({ lesson_x1: 0, lesson_x2: 0, thing1: 0, enum_string2: 0, thing: 0 })).toEqual([
      'lesson_x',
    ]);
  });

  it('may be named as no page of WeChat says, when its own list does', () => {
    expect(checkTemplateData({ remark: { value: '数学' } }, { content: '{{remark.DATA}}' })).toEqual([]);
    expect(checkTemplateData({ remark: { value: '数学' } })).toHaveLength(1);
  });

  it('is not held against a template whose keywords can not be read', () => {
    expect(checkTemplateData(data, { content: 'nothing of ours' })).toEqual([]);
  });

  it('says of an enum what the template lists', () => {
    const [error, ...others] = checkTemplateData({ ...data, enum_string3: { value: '厨房' } }, template);
    expect(others).toEqual([]);
    expect(error).toEqual({
      field: 'data.enum_string3.value',
      message:
        'data.enum_string3.value must be one of the values that the template lists: "客厅", "餐厅"; got other text (2 characters)',
    });
    expect(
      checkTemplateData({ ...data, enum_string3: { value: '厨房' } }, { content: template.content }),
    ).toEqual([]);
  });

  it.each([
    [undefined, 'data must be an object of keywords, got nothing'],
    [[], 'data must be an object of keywords, got a list'],
    [{}, 'data must hold at least one keyword, e.g. "thing1"'],
    [{ thing1: 'text' }, 'data.thing1 must be an object {"value": …}, got other text (4 characters)'],
    [{ thing1: {} }, 'got nothing'],
    [{ thing1: { value: 'x', color: '#173177' } }, 'data.thing1.color is not a known field'],
    [{ Keyword1: { value: 'x' } }, 'data.Keyword1 is no keyword'],
    [{ 'a secret\n': { value: 'x' } }, 'data.(other text) is no keyword'],
    [Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`thing${at + 1}`, { value: 'x' }])), 'got 21'],
  ])('is not %j', (wrong, says) => {
    const errors = checkTemplateData(wrong);
    expect(errors).toHaveLength(1);
    expect(errors[0].message).toContain(says);
  });

  it('never shows a value', () => {
    const secret = 'sk-0123456789abcdef0123456789abcdef';
    const errors = checkTemplateData(
      { time1: secret, thing2: { value: secret }, enum_string3: { value: secret } },
      template,
    );
    expect(errors).toHaveLength(3);
    expect(JSON.stringify(errors)).not.toContain('sk-0');
  });
});
