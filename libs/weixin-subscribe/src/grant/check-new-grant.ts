import { InvalidInputError } from '../common/errors.js';
import type { NewGrant } from './grant.types.js';

/** @throws {InvalidInputError} naming every field that is out of its limits */
export function checkNewGrant({ openid, scene, source, subject, expiresAt }: NewGrant): void {
  const errors = [];
  if (!/^[\w-]{1,64}$/.test(openid ?? ''))
    errors.push({ field: 'openid', message: 'openid must be 1–64 letters, digits, "_" or "-"' });
  if (!Number.isInteger(scene) || scene < 0 || scene > 10_000)
    errors.push({ field: 'scene', message: 'scene must be a whole number from 0 to 10000' });
  // MariaDB takes two texts that differ in spaces at the end for the same.
  if (!source || source.length > 128 || source !== source.trim())
    errors.push({
      field: 'source',
      message: 'source must be 1–128 characters without a space at either end',
    });
  if (subject && subject.length > 128)
    errors.push({
      field: 'subject',
      message: `subject must be at most 128 characters, not ${subject.length}`,
    });
  if (expiresAt && !Number.isFinite(expiresAt.getTime()))
    errors.push({ field: 'expiresAt', message: 'expiresAt must be a valid date' });
  if (errors.length > 0) throw new InvalidInputError(errors);
}
