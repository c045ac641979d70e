import { type GrantRow, STATES } from './grant.sql.js';
import type { Grant } from './grant.types.js';

export const toGrant = (row: GrantRow): Grant => STATES.read(row);
