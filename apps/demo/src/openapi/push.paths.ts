import type { Paths, Schema } from './openapi.types.js';
import { appId, path, problems, query } from './parts.js';

const tags = ['Push 推送'];
const text: Schema = { type: 'string' };
const signed = [
  path('appId', appId),
  query('timestamp', text, 'Seconds since 1970, at most five minutes off'),
  query('nonce', text),
  query('signature', text, 'Over Token, timestamp and nonce', false),
];
const refused = {
  403: 'A signature, its time or the encryption is not right; the log says which',
  404: 'The account has no option "push"',
};
const plain = (description: string) => ({ description, content: { 'text/plain': { schema: text } } });

/** Where WeChat speaks to us. */
export const PUSH_PATHS: Paths = {
  '/weixin/push/{appId}': {
    get: {
      tags,
      summary: 'The URL check of the console: echostr comes back',
      parameters: [...signed, query('echostr', text)],
      responses: { 200: plain('echostr'), ...problems(refused) },
    },
    post: {
      tags,
      summary: 'An event, in XML or JSON, encrypted in safe mode',
      parameters: [...signed, query('msg_signature', text, 'Over the encrypted part as well', false)],
      requestBody: {
        content: { 'text/xml': { schema: text }, 'application/json': { schema: { type: 'object' } } },
      },
      responses: {
        200: plain('success: it is written down'),
        ...problems({ ...refused, 413: 'More than 128 KiB, or more than 64 KiB once it is decrypted' }),
      },
    },
  },
};
