import { isRefusal, OK, refuse } from '../platform/errcodes.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';
import { readTexts } from './json-body.js';

const RID = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/;
const REMEMBERED_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * `POST /cgi-bin/openapi/rid/get` `{rid}` (official page "getRidInfo"): what one refused call of the same
 * account was, for seven days. The page's note has 76001 for an older one, its table 76004; the table is
 * followed.
 */
export const ridEndpoint: Endpoint = authorized(
  { method: 'POST', upkeep: true },
  (account, call, { platform }) => {
    const body = readTexts(call, 'rid');
    if (isRefusal(body)) return body;
    if (!body.rid || !RID.test(body.rid)) return refuse(76002);
    const found = platform.callLog.findRid(body.rid);
    if (!found) return refuse(76001);
    if (found.appId !== account.appId) return refuse(76003);
    if (platform.clock.now() - found.at > REMEMBERED_MS) return refuse(76004);
    return {
      ...OK,
      request: {
        invoke_time: Math.floor(found.at / 1000),
        cost_in_ms: found.costMs,
        request_url: new URLSearchParams(found.query).toString(),
        request_body: asText(found.body),
        response_body: asText(found.answer),
        client_ip: found.ip,
      },
    };
  },
);

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
