import { isRefusal, OK } from '../platform/errcodes.js';
import { pushResult } from '../push/push-sender.js';
import { sendMessage } from '../send/send-message.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';

/** `POST /cgi-bin/message/template/subscribe?access_token=` (official page "templateSubscribe"). */
export const sendEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, context) => {
  const result = sendMessage(context.platform, account, call);
  if (isRefusal(result)) return result;
  pushResult(context.platform, account, result, context.closing);
  return OK;
});
