import { Column, type ColumnOptions } from 'typeorm';

const asDate = {
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
  to: (value: Date | null | undefined) => (value ? value.getTime() : value),
};

/**
 * A moment, stored as milliseconds since 1970 UTC in a `bigint` and read as a `Date`. A number means the same
 * on every database whatever time zone a host's driver, session or server is set to; `datetime` columns do
 * not.
 */
export function EpochColumn(options: Pick<ColumnOptions, 'name' | 'nullable'>): PropertyDecorator {
  return Column({ ...options, type: 'bigint', transformer: asDate });
}

/** A stored moment as `Date`; the drivers give numbers or strings. */
export function toDate(value: string | number): Date;
export function toDate(value: string | number | null): Date | undefined;
export function toDate(value: string | number | null): Date | undefined {
  return value === null ? undefined : new Date(Number(value));
}
