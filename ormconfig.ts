import { DataSource } from 'typeorm';
import { dataSourceOptions } from './apps/demo/src/config/data-source-options.js';
import { loadDatabaseEnvironment, readVariables } from './apps/demo/src/config/load-environment.js';

/**
 * For the CLI of TypeORM: the database that DATABASE_URL names, with the library's entities and migrations.
 * See `npm run migrate`.
 */
export default new DataSource(dataSourceOptions(loadDatabaseEnvironment(readVariables()).DATABASE_URL));
