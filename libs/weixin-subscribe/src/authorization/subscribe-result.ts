import { outline } from '../kernel/describe.js';
import { InvalidInputError } from '../kernel/errors.js';
import { objectOf, parseExactObject } from '../kernel/exact-json.js';
import { AnswerMismatchError } from './authorization.errors.js';

/** What became of the intent about one template. */
export type SubscribeAnswer = 'confirmed' | 'cancelled';

/** `accept`, and `acceptWithAudio`, `acceptWithAlert` where the person has set so: each is one use. */
const ACCEPT = /^accept(With[A-Za-z]+)?$/;
const STATUS = /^(accept(With[A-Za-z]+)?|reject|ban|filter|cancel)$/;

/**
 * Reads what a front end got, in the words of the platform (docs/platform.md §6.1, §6.2). Only an accept
 * confirms: a template that is missing was not shown, and an error code means that nothing was asked.
 * @throws {AnswerMismatchError} it tells of a template that was not asked for
 * @throws {InvalidInputError} it is nothing that the platform answers
 */
export function answersOf(result: object, asked: readonly string[]): Map<string, SubscribeAnswer> {
  const { errMsg, errCode, subscribeDetails, ...flat } = result as Record<string, unknown>;
  const isOpenTag = subscribeDetails !== undefined && subscribeDetails !== null;
  const statuses = isOpenTag ? ofOpenTag(subscribeDetails, asked) : ofMiniProgram(flat, asked);
  const saysNothing = !isOpenTag && statuses.size === 0 && typeof errMsg !== 'string' && !isGiven(errCode);
  if (saysNothing)
    throw wrong('result', 'holds neither a template that was asked for nor errMsg nor errCode');
  const isFailed = (isGiven(errCode) && Number(errCode) !== 0) || /:\s*fail/.test(String(errMsg));
  return new Map(
    asked.map((id) => [id, !isFailed && ACCEPT.test(statuses.get(id) ?? '') ? 'confirmed' : 'cancelled']),
  );
}

/** Template ids stand beside other fields there: one is known by its value. */
function ofMiniProgram(fields: Record<string, unknown>, asked: readonly string[]): Map<string, string> {
  const statuses = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    if (asked.includes(name)) statuses.set(name, text(`result.${name}`, value));
    else if (typeof value === 'string' && STATUS.test(value)) throw new AnswerMismatchError('templateId');
  }
  return statuses;
}

/** JSON text of an object, each member of it JSON text again; either may have been parsed on the way. */
function ofOpenTag(details: unknown, asked: readonly string[]): Map<string, string> {
  const members = Object.entries(parsed('result.subscribeDetails', details));
  if (members.some(([id]) => !asked.includes(id))) throw new AnswerMismatchError('templateId');
  return new Map(
    members.map(([id, member]) => {
      const field = `result.subscribeDetails.${id}`;
      return [id, text(`${field}.status`, parsed(field, member).status)];
    }),
  );
}

function parsed(field: string, value: unknown): Record<string, unknown> {
  const object = typeof value === 'string' ? parseExactObject(value) : objectOf(value);
  if (!object) throw wrong(field, `must be an object, or its JSON text, got ${outline(value)}`);
  return object;
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(field, `must be text such as "accept", got ${outline(value)}`);
  return value;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function wrong(field: string, says: string): InvalidInputError {
  return new InvalidInputError([{ field, message: `${field} ${says}` }]);
}
