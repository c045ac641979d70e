import { refuse } from '../platform/errcodes.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';

/**
 * `GET /cgi-bin/ticket/getticket?access_token=&type=jsapi`, or `wx_card` (official page "getTicket").
 * `expires_in` is 7200 each time, whatever is left (row 43).
 */
export const ticketEndpoint: Endpoint = authorized({ method: 'GET' }, (account, call, { platform }) => {
  const { type } = call.query;
  if (type !== 'jsapi' && type !== 'wx_card') return refuse(40097, 'invalid args: type');
  platform.counters.minted(account.appId, type === 'jsapi' ? 'jsapi-ticket' : 'wx_card-ticket');
  return {
    errcode: 0,
    errmsg: 'ok',
    ticket: platform.tickets.current(account.appId, type),
    expires_in: 7200,
  };
});
