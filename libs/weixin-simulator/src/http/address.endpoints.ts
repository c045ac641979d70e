import { isIP } from 'node:net';
import type { Account } from '../config/options.js';
import { isRefusal, refuse } from '../platform/errcodes.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';
import { readTexts } from './json-body.js';

const ACTIONS = ['dns', 'ping', 'all'];
const OPERATORS = ['CHINANET', 'UNICOM', 'CAP', 'DEFAULT'];

/**
 * `GET /cgi-bin/get_api_domain_ip` (official page "getApiDomainIp"): the address this API has for its caller.
 */
export const apiDomainIpEndpoint: Endpoint = authorized(
  { method: 'GET', upkeep: true },
  (_account, call) => ({
    ip_list: [call.localIp],
  }),
);

/**
 * `GET /cgi-bin/getcallbackip` (official page "getCallbackIp"): where pushes would come from, which is the
 * same machine.
 */
export const callbackIpEndpoint: Endpoint = authorized({ method: 'GET', upkeep: true }, (_account, call) => ({
  ip_list: [call.localIp],
}));

/**
 * `POST /cgi-bin/callback/check` `{action, check_operator}` (official page "callbackCheck"): 40201 for an
 * account without a push address. Nothing is looked up or pinged: the answer is of the documented shape and
 * always good.
 */
export const callbackCheckEndpoint: Endpoint = authorized(
  { method: 'POST', upkeep: true },
  (account, call, { platform }) => {
    const body = readTexts(call, 'action', 'check_operator');
    if (isRefusal(body)) return body;
    const { action = '', check_operator: operator = '' } = body;
    if (!ACTIONS.includes(action)) return refuse(40202);
    if (!OPERATORS.includes(operator)) return refuse(40203);
    if (!platform.pushes.takes(account)) return refuse(40201);
    const ip = hostOf(account, call.localIp);
    const dns = [{ ip, real_operator: 'UNICOM' }];
    const ping = [
      {
        ip,
        from_operator: operator === 'DEFAULT' ? 'UNICOM' : operator,
        package_loss: account.callbackUnreachable ? '100%' : '0%',
        time: '1.000ms',
      },
    ];
    return { ...(action === 'ping' ? {} : { dns }), ...(action === 'dns' ? {} : { ping }) };
  },
);

/** A host name stands for the machine the simulator runs on. */
function hostOf({ push }: Account, localIp: string): string {
  const host = push ? new URL(push.url).hostname.replace(/^\[|\]$/g, '') : '';
  return isIP(host) === 0 ? localIp : host;
}
