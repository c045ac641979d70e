import { isRefusal, OK } from '../platform/errcodes.js';
import { sendForm } from '../send/send-form.js';
import { sendTyped } from '../send/send-typed.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';

/**
 * `POST /cgi-bin/message/subscribe/send?access_token=` (official page "sendMessage") of mini-programs, and
 * `POST /cgi-bin/message/subscribe/bizsend?access_token=` (official page "sendNewSubscribeMsg") of official
 * accounts. `msgid` is a JSON number beyond 2^53, as live answers have it (§6.1), or absent.
 */
export const typedSendEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) => {
  const result = sendTyped(platform, account, call);
  if (isRefusal(result)) return result;
  return account.sendMsgid === 'omit' ? OK : { ...OK, msgid: BigInt(result.msgId) };
});

/** `POST /cgi-bin/message/wxopen/template/send?access_token=` (retired page "templateMessage.send"). */
export const formSendEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) =>
  sendForm(platform, account, call.rawBody),
);
