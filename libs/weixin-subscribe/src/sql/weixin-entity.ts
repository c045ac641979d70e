import { type DataSource, Entity } from 'typeorm';
import { isIdColumn } from './id-column.js';
import { TABLE_PREFIX } from './table-prefix.js';

/**
 * An entity of this library, by its table's name without the prefix. On PostgreSQL, as the migrations make
 * them, its ids are of the type `uuid` ({@link IdColumn}), and its text columns have the collation "C"
 * (docs/decisions/text-by-bytes.md). The other databases know neither, and TypeORM has no option for one
 * database alone. But it passes the DataSource to each entity that looks like its BaseEntity: after it has
 * read the decorators, and before `synchronize` or `migration:generate` compare the columns with the tables.
 */
export function WeixinEntity(name: string): ClassDecorator {
  return (target) => {
    Entity(`${TABLE_PREFIX}${name}`)(target);
    const likeBaseEntity = {
      useDataSource(dataSource: DataSource): void {
        if (dataSource.options.type !== 'postgres') return;
        for (const column of dataSource.getMetadata(target).columns) {
          if (isIdColumn(target, column.propertyName)) {
            column.type = 'uuid';
            column.length = '';
          } else if (column.type === 'varchar' || column.type === 'text') column.collation = 'C';
        }
      },
      // TypeORM only looks whether these two exist.
      hasId(): void {},
      save(): void {},
    };
    for (const [key, value] of Object.entries(likeBaseEntity)) Object.defineProperty(target, key, { value });
  };
}
