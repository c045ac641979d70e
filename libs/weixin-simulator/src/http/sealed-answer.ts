import { randomBytes } from 'node:crypto';
import type { Fault } from '../fault/fault.js';
import type { Platform } from '../platform/platform.js';
import type { Answer } from './answer.js';
import { type SealTerms, sealAnswer, signAnswer } from './secured-calls.js';

/** An answer as it leaves to who called secured; a fault `bad-security` spoils it in one way. */
export function sealedAnswer(
  platform: Platform,
  terms: SealTerms,
  answer: Answer,
  path: string,
  fault: Fault | undefined,
): Answer {
  const how = fault?.kind === 'bad-security' ? fault.security : undefined;
  const now = Math.floor(platform.clock.now() / 1000);
  const at = how === 'late' ? now - 301 : now;
  const key = `${terms.appId} ${path}`;
  const before = platform.sealedAnswers.get(key);
  const seal = (with_: SealTerms) => sealAnswer(platform, with_, answer.body, at);
  const asSealed = ({ body, headers }: { body: string; headers: Record<string, string> }): Answer => ({
    ...answer,
    body,
    headers: { ...answer.headers, ...headers },
    plain: answer.body,
  });
  const sealed = asSealed(seal(terms));
  platform.sealedAnswers.set(key, sealed);
  switch (how) {
    case undefined:
    case 'late':
      return sealed;
    case 'unsigned':
      return answer;
    case 'stripped':
      return { ...sealed, headers: answer.headers };
    case 'tampered':
      return { ...sealed, body: tampered(sealed.body) };
    case 'unencrypted':
      return asSealed({ body: answer.body, headers: signAnswer(terms, terms.security, answer.body, now) });
    case 'wrong-key': {
      const symmetricKey = { ...terms.symmetricKey, key: randomBytes(32).toString('base64') };
      return asSealed(seal({ ...terms, symmetricKey }));
    }
    case 'foreign-appid':
      return asSealed(seal({ ...terms, appId: 'wx0000000000000000' }));
    case 'unknown-serial':
      return { ...sealed, headers: { ...sealed.headers, 'wechatmp-serial': '0'.repeat(32) } };
    case 'replayed':
      return before ? { ...sealed, ...before } : sealed;
  }
}

/** One character of the ciphertext is another one. */
function tampered(body: string): string {
  const at = body.indexOf('"data":"') + 8;
  return `${body.slice(0, at)}${body[at] === 'A' ? 'B' : 'A'}${body.slice(at + 1)}`;
}
