import {
  bound,
  insertSelect,
  integer,
  json,
  moment,
  optional,
  orEmpty,
  type RecordOf,
  type RowOf,
  Table,
  text,
  words,
} from './table.js';

const THINGS = new Table('thing', {
  id: text(),
  template_id: orEmpty(text()),
  sets: words(5),
  times: integer(),
  content: optional(json<{ a: number }>()),
  due_at: optional(moment('due')),
});
const ROW: RowOf<typeof THINGS> = {
  id: '1',
  template_id: '',
  sets: '3,17',
  times: 2,
  content: '{"a":1}',
  due_at: '1000',
};
const RECORD: RecordOf<typeof THINGS> = {
  id: '1',
  templateId: undefined,
  sets: ['3', '17'],
  times: 2,
  content: { a: 1 },
  due: new Date(1000),
};

describe('the columns of a table', () => {
  it('make its SELECT, and a record of a row', () => {
    expect(THINGS.select).toBe('SELECT id, template_id, sets, times, content, due_at FROM thing');
    expect(THINGS.read(ROW)).toEqual(RECORD);
    expect(THINGS.read({ ...ROW, template_id: 't', sets: '', content: null, due_at: null })).toEqual({
      ...{ id: '1', templateId: 't', sets: [], times: 2, content: undefined, due: undefined },
    });
  });

  it('make an INSERT of whole rows', () => {
    expect(THINGS.insert([RECORD, { id: '2', sets: ['12', '34'], times: 0 }])).toEqual({
      sql: 'INSERT INTO thing (id, template_id, sets, times, content, due_at) VALUES (?, ?, ?, ?, ?, ?), (?, ?, ?, ?, ?, ?)',
      params: ['1', '', '3,17', 2, '{"a":1}', 1000, '2', '', '12,34', 0, null, null],
    });
  });

  it('make an UPDATE of the properties that are named, also of one that becomes NULL', () => {
    expect(THINGS.update({ due: undefined, times: 3, sets: ['123', '456'] })).toEqual({
      sql: 'UPDATE thing SET sets = ?, times = ?, due_at = ?',
      params: ['123', 3, null],
    });
  });
});

it('an INSERT … SELECT has each column beside its value or its expression', () => {
  expect(insertSelect('thing', { id: bound('1'), times: 'COUNT(*)', content: bound(null) })).toEqual({
    sql: 'INSERT INTO thing (id, times, content) SELECT ?, COUNT(*), ?',
    params: ['1', null],
  });
});
