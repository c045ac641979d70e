import { assign, type Dialect } from './dialect.js';

/** What PostgreSQL and SQLite say alike. */
export const STANDARD = {
  orNone: 'ON CONFLICT DO NOTHING',
  orLeave: (_table, key) => `ON CONFLICT (${key.join(', ')}) DO NOTHING`,
  orChange: (table, key, changes) => {
    const sets = changes(
      (column) => `${table}.${column}`,
      (column) => `excluded.${column}`,
    );
    const assignments = Object.entries(sets).map(([column, value]) => `${column} = ${value}`);
    return `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${assignments.join(', ')}`;
  },

  ofNow: '',

  after: (columns, values) => ({
    sql: `(${columns.join(', ')}) > (${columns.map(() => '?').join(', ')})`,
    params: values,
  }),

  updateFrom: ({ table, source, set, where }) => {
    const assignments = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
    return `UPDATE ${table} AS t SET ${assignments.join(', ')} FROM ${source} WHERE ${where}`;
  },
  updateListed: ({ table, ids }, set) => ({
    sql: `UPDATE ${table} SET ${assign(Object.keys(set))} WHERE id IN (${ids.sql})`,
    params: [...Object.values(set), ...ids.params],
  }),
  deleteListed: ({ table, ids }) => ({
    sql: `DELETE FROM ${table} WHERE id IN (${ids.sql})`,
    params: ids.params,
  }),
} satisfies Partial<Dialect>;
