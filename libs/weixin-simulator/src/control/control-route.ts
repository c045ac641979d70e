import type { Schema } from '../common/json-schema.js';
import type { SimulatorVerbs } from './verbs.js';

/** What a request brings. */
export interface Asked {
  query: Record<string, string | undefined>;
  params: Record<string, string>;
  body: unknown;
}

/** One route of the control API: how it is called, what it does, and how it is documented. */
export interface ControlRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Under `/_simulator`; `:name` is a parameter. */
  path: string;
  summary: string;
  query?: Record<string, { description: string; required?: boolean }>;
  body?: Schema;
  /** What is answered with 200. */
  answer: Schema;
  handle(verbs: SimulatorVerbs, asked: Asked): unknown;
}

/** Answered by verbs that have nothing to say. */
export const DONE = { ok: true };
