import type { PushEvent } from '../push/push-event.js';
import type { CardCode } from './card-book.js';

/** The failures that the guide lists; the blank at the end is WeChat's. */
const MESSAGES: Readonly<Record<number, string>> = {
  [-10001]: 'system error ',
  [-10002]: 'content security ',
  [-1003]: 'template not exist ',
  [-1004]: 'user reject message ',
  [-1005]: 'send too frequently ',
};

/** `notify_service_msg_send_result` (fact sheet A.7): flat in both formats, and only of failures. */
export function cardFailedEvent(
  { openid, code, source }: CardCode,
  notifyType: number,
  state: number,
  failRet: number,
  at: number,
): PushEvent {
  const fields = {
    openid,
    notify_code: source === 'order' ? `p1.${code}` : code,
    notify_type: notifyType,
    card_status: state,
    fail_ret: failRet,
    fail_msg: MESSAGES[failRet] ?? 'failed ',
  };
  const CreateTime = Math.floor(at / 1000);
  return {
    event: 'notify_service_msg_send_result',
    openid,
    at,
    xml: fields,
    json: { CreateTime, ...fields },
  };
}
