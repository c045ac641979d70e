import { countCharacters } from '../kernel/describe.js';
import { InvalidInputError } from '../kernel/errors.js';
import { sayUnfit, unfitCharacter } from '../kernel/text.js';
import { formIdOf } from './form-id/form-id-source.js';
import { GRANT_PROOFS, type NewGrant } from './grant.types.js';

/** @throws {InvalidInputError} naming every field that is out of its limits */
export function checkNewGrant(grant: NewGrant): void {
  const { channel, openid, source, subject, proof, grantedAt, expiresAt } = grant;
  const errors = [];
  if (!/^[\w-]{1,64}$/.test(openid ?? ''))
    errors.push({ field: 'openid', message: 'openid must be 1–64 letters, digits, "_" or "-"' });
  // MariaDB takes two texts that differ in spaces at the end for the same.
  if (!source || countCharacters(source) > 128 || source !== source.trim())
    errors.push({
      field: 'source',
      message: 'source must be 1–128 characters without a space at either end',
    });
  if (channel === 'mini-template' && formIdOf(source ?? '') === undefined)
    errors.push({ field: 'channel', message: 'channel mini-template: record form ids by FormIdService' });
  if (subject && countCharacters(subject) > 128)
    errors.push({
      field: 'subject',
      message: `subject must be at most 128 characters, not ${countCharacters(subject)}`,
    });
  if (proof && !GRANT_PROOFS.includes(proof))
    errors.push({ field: 'proof', message: `proof must be one of ${GRANT_PROOFS.join(', ')}` });
  // They tell one grant, and one person, from another: a character that was mended could make two of them
  // one.
  for (const [field, text] of Object.entries({ source, subject })) {
    const unfit = unfitCharacter(text ?? '');
    if (unfit)
      errors.push({
        field,
        message: `${field} must hold no control characters and none that turn the direction of writing, got ${sayUnfit(unfit)}`,
      });
  }
  for (const [field, moment] of Object.entries({ grantedAt, expiresAt })) {
    if (moment && !Number.isFinite(moment.getTime()))
      errors.push({ field, message: `${field} must be a valid date` });
  }
  if (errors.length > 0) throw new InvalidInputError(errors);
}
