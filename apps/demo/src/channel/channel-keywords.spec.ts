import {
  dataOf,
  keywordsOfRetired,
  keywordsOfTemplate,
  otherErrors,
  withErrors,
} from './channel-keywords.js';

const template = {
  templateId: 'T1',
  title: '上课提醒',
  type: 2,
  content: '课程:{{thing1.DATA}}\n时间：{{time2.DATA}}\n{{thing3.DATA}}',
  example: '课程:高等数学\n时间：15:01',
};

describe('the keywords of a form', () => {
  it('have the labels and samples of the template', () => {
    expect(keywordsOfTemplate(template)).toEqual([
      { key: 'thing1', label: '课程', value: '高等数学', errors: [] },
      { key: 'time2', label: '时间', value: '15:01', errors: [] },
      { key: 'thing3', label: 'thing3', value: '', errors: [] },
    ]);
  });

  it('become the data of a message, whatever the form holds besides', () => {
    const form = { 'data.thing1.value': '高等数学', 'data.time2.value': ['8:50'], 'data.thing9.value': 'x' };
    expect(dataOf(keywordsOfTemplate(template), form)).toEqual({
      thing1: { value: '高等数学' },
      time2: { value: '' },
      thing3: { value: '' },
    });
    expect(Object.keys(dataOf(keywordsOfRetired(), {}))).toEqual(['keyword1', 'keyword2', 'keyword3']);
  });

  it('come back with what was filled in and what is wrong, each with its own', () => {
    const of = (field: string) => ({ field, message: `${field} is wrong` });
    const errors = [of('data.thing1.value'), of('data.time2'), of('data.thing10.value'), of('openid')];
    const keywords = keywordsOfTemplate(template);
    const shown = withErrors(keywords, { values: { thing1: '长' }, errors, idempotencyKey: 'k' });
    expect(shown.map(({ value, errors }) => [value, errors.map(({ field }) => field)])).toEqual([
      ['长', ['data.thing1.value']],
      ['', ['data.time2']],
      ['', []],
    ]);
    expect(otherErrors(keywords, errors).map(({ field }) => field)).toEqual(['data.thing10.value', 'openid']);
  });
});
