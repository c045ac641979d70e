import type { DataSource } from 'typeorm';
import type { Attempt, Baseline } from './attempts.js';
import type { Operation } from './operations.js';
import type { Answer } from './wire.js';

/** How errors are written at an operation. */
export type ErrorForm = 'problem' | 'page' | 'weixin';

/** An app under fuzz, and what its operations need in order to do something. */
export interface FuzzTarget {
  url: string;
  dataSource: DataSource;
  operations: Operation[];
  /** What Express routes, `GET /weixin/…` with parameters as OpenAPI writes them; undefined on Fastify. */
  mounted?: string[];
  /** Called before the attempts at an operation, and before it is tried once more at the end. */
  prepare(operation: Operation, sends: 'attempts' | 'once'): Promise<void>;
  /** A request that the operation takes; called for every attempt where `operation` uses things up. */
  baseline(operation: Operation): Promise<Baseline>;
  /** Whether each attempt needs a baseline of its own. */
  usesUp(operation: Operation): boolean;
  /** Last word on an attempt, such as its signature. */
  finish(operation: Operation, attempt: Attempt): Attempt;
  errorForm(operation: Operation): ErrorForm;
  /** What must be in no answer to this operation. */
  secrets(operation: Operation, answer: Answer): string[];
  /** How many rows one accepted request may add, by table. */
  mostRows: Readonly<Record<string, number>>;
  close(): Promise<void>;
}
