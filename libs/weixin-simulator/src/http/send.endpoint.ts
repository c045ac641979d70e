import { isRefusal, OK } from '../platform/errcodes.js';
import { resultEvent } from '../push/subscription-events.js';
import { sendMessage } from '../send/send-message.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';

/** `POST /cgi-bin/message/template/subscribe?access_token=` (official page "templateSubscribe"). */
export const sendEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) => {
  const result = sendMessage(platform, account, call);
  if (isRefusal(result)) return result;
  if (account.resultEvent === 'emit')
    platform.pushes.push(account, resultEvent(result, platform.clock.now()));
  return OK;
});
