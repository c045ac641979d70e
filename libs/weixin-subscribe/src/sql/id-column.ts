import { Column, type ColumnOptions, PrimaryColumn } from 'typeorm';

const TEXT = { type: 'varchar', length: 36 } as const;

const columns = new Map<unknown, Set<string>>();

/**
 * The id of a row (see `RandomSource.id`): on PostgreSQL a `uuid`, which takes 16 bytes, and 36 characters
 * elsewhere, since MySQL and SQLite have no such type. Only in a `WeixinEntity`, which tells TypeORM.
 */
export function IdColumn(options: Pick<ColumnOptions, 'name' | 'nullable'> = {}): PropertyDecorator {
  return asId(Column({ ...options, ...TEXT }));
}

/** The same as the primary key, or as a part of it. */
export function PrimaryIdColumn(options: Pick<ColumnOptions, 'name'> = {}): PropertyDecorator {
  return asId(PrimaryColumn({ ...options, ...TEXT }));
}

/** Whether a property of an entity is an id. */
export function isIdColumn(entity: unknown, property: string): boolean {
  return columns.get(entity)?.has(property) ?? false;
}

function asId(column: PropertyDecorator): PropertyDecorator {
  return (target, property) => {
    column(target, property);
    const ofEntity = columns.get(target.constructor) ?? new Set();
    columns.set(target.constructor, ofEntity.add(String(property)));
  };
}
