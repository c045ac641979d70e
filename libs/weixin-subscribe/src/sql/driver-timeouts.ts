import type { DataSourceOptions } from 'typeorm';

const CONNECT_MS = 10_000;
const QUERY_MS = 30_000;

/**
 * Bounds the wait for a database that has stopped answering, where the host has not: to connect, and on
 * PostgreSQL for the answer to a statement. The driver of MariaDB/MySQL has no such bound for statements
 * among its options; SQLite is a file.
 */
export function withTimeouts(options: DataSourceOptions): DataSourceOptions {
  switch (options.type) {
    case 'postgres':
      return {
        ...options,
        connectTimeoutMS: options.connectTimeoutMS ?? CONNECT_MS,
        extra: { query_timeout: QUERY_MS, ...options.extra },
      };
    case 'mysql':
    case 'mariadb':
      return { ...options, connectTimeout: options.connectTimeout ?? CONNECT_MS };
    default:
      return options;
  }
}
