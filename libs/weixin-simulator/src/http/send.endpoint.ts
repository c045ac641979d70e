import { isRefusal } from '../platform/errcodes.js';
import { sendMessage } from '../send/send-message.js';
import { authorizeCall, type CallRule } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';

const RULE: CallRule = { method: 'POST', kinds: ['official-account', 'mobile-app'] };

/** `POST /cgi-bin/message/template/subscribe?access_token=` (official page "templateSubscribe"). */
export const sendEndpoint: Endpoint = (call, { platform, write }) => {
  const account = authorizeCall(platform, call, RULE);
  if (isRefusal(account)) return write.refusal(account);
  const result = sendMessage(platform, account, call.rawBody);
  return isRefusal(result) ? write.refusal(result) : write.ok();
};
