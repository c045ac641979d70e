import { InvalidInputError } from '../common/errors.js';
import { formIdOf } from './form-id-source.js';
import { GRANT_PROOFS, type NewGrant } from './grant.types.js';

/** @throws {InvalidInputError} naming every field that is out of its limits */
export function checkNewGrant(grant: NewGrant): void {
  const { channel, openid, source, subject, proof, grantedAt, expiresAt } = grant;
  const errors = [];
  if (!/^[\w-]{1,64}$/.test(openid ?? ''))
    errors.push({ field: 'openid', message: 'openid must be 1–64 letters, digits, "_" or "-"' });
  // MariaDB takes two texts that differ in spaces at the end for the same.
  if (!source || source.length > 128 || source !== source.trim())
    errors.push({
      field: 'source',
      message: 'source must be 1–128 characters without a space at either end',
    });
  if (channel === 'mini-template' && formIdOf(source ?? '') === undefined)
    errors.push({ field: 'channel', message: 'channel mini-template: record form ids by FormIdService' });
  if (subject && subject.length > 128)
    errors.push({
      field: 'subject',
      message: `subject must be at most 128 characters, not ${subject.length}`,
    });
  if (proof && !GRANT_PROOFS.includes(proof))
    errors.push({ field: 'proof', message: `proof must be one of ${GRANT_PROOFS.join(', ')}` });
  for (const [field, moment] of Object.entries({ grantedAt, expiresAt })) {
    if (moment && !Number.isFinite(moment.getTime()))
      errors.push({ field, message: `${field} must be a valid date` });
  }
  if (errors.length > 0) throw new InvalidInputError(errors);
}
