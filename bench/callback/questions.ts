import type { DataSource } from 'typeorm';
import {
  cookieDigest,
  cookieNameFor,
} from '../../libs/weixin-subscribe/src/authorization/browser-binding.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { OFFICIAL } from '../../test/support/accounts.js';
import { idOf } from '../../test/support/ids.js';

const CHUNK = 500;
const TTL_MS = 3_600_000;
const COOKIE = 'cookie';

/** What the browser of somebody who confirmed brings back. */
export interface Question {
  query: string;
  cookie: string;
}

/** Puts `n` questions to as many people, numbered from `from`. */
export async function ask(dataSource: DataSource, from: number, n: number): Promise<Question[]> {
  const numbers = Array.from({ length: n }, (_, index) => from + index);
  for (let start = 0; start < n; start += CHUNK)
    await dataSource.query(insert(numbers.slice(start, start + CHUNK)));
  return numbers.map((number) => {
    const state = stateOf(number);
    const query = new URLSearchParams({
      openid: `person-${number}`,
      template_id: OFFICIAL.templates[0],
      action: 'confirm',
      scene: '1000',
      reserved: state,
    });
    return { query: query.toString(), cookie: `${cookieNameFor(digest(state))}=${COOKIE}` };
  });
}

const stateOf = (number: number) => `state${number}`;

function insert(numbers: number[]): string {
  const now = Date.now();
  const rows = numbers.map((number) => {
    const texts = [
      // In no order, as ids of different processes come.
      idOf(`${number}`),
      digest(stateOf(number)),
      OFFICIAL.appId,
      OFFICIAL.templates[0],
      cookieDigest(COOKIE),
      'http://127.0.0.1:3000/courses/1',
    ].map((text) => `'${text}'`);
    return `(${texts.join(', ')}, 1000, 'web', 'pending', ${now}, ${now + TTL_MS})`;
  });
  return `INSERT INTO weixin_intent
    (id, state_digest, app_id, template_id, binding_digest, return_to, scene, flow, status, created_at, expires_at)
    VALUES ${rows.join(', ')}`;
}
