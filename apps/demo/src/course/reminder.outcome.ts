import {
  type BilingualText,
  errcodeFacts,
  type MessageRecord,
  type MessageStatus,
} from 'nestjs-weixin-subscribe';
import type { Outcome } from './reminder.types.js';

const OF_STATUS: Record<MessageStatus, BilingualText> = {
  sent: { zh: '提醒已发送。', en: 'The reminder was sent.' },
  refused: { zh: '微信拒绝向此人发送。', en: 'WeChat refused to send to this person.' },
  failed: { zh: '提醒没有发出。', en: 'The reminder was not sent.' },
  unknown: {
    zh: '结果不明：提醒可能已送达，也可能没有。',
    en: 'Nobody knows whether the reminder arrived.',
  },
  sending: { zh: '正在发送。', en: 'The reminder is being sent.' },
  waiting: { zh: '提醒已排队，到时发送。', en: 'The reminder waits for its time.' },
};

const REMEDY_OF_STATUS: Partial<Record<MessageStatus, BilingualText>> = {
  failed: { zh: '可以再试一次。', en: 'Try again.' },
  unknown: {
    zh: '不要重发。请先向本人确认，再由运维处理该消息。',
    en: 'Do not send again. Ask the person, then let an operator resolve the message.',
  },
  sending: { zh: '请稍后刷新本页。', en: 'Refresh this page in a few seconds.' },
};

/** A map, since the address of the page says which is looked up. */
const OF_CODE = new Map<string, { meaning: BilingualText; remedy: BilingualText }>(
  Object.entries({
    WEIXIN_NO_GRANT: {
      meaning: {
        zh: '此人没有可用的授权，提醒没有发出。',
        en: 'There is no unused grant; nothing was sent.',
      },
      remedy: { zh: '请此人再点一次“提醒我”。', en: 'Let the person tap "Remind me" once more.' },
    },
    WEIXIN_TOKEN_UNAVAILABLE: {
      meaning: {
        zh: '拿不到 access_token，提醒没有发出。',
        en: 'There is no access_token; nothing was sent.',
      },
      remedy: {
        zh: '请查看服务日志中的原因，稍后再试。',
        en: 'See the reason in the log of the service, then try again.',
      },
    },
    WEIXIN_SENDING_PAUSED: {
      meaning: {
        zh: '微信当日额度已用完，该账号暂停发送，提醒没有发出。',
        en: "WeChat's daily quota is used up and the account's sends pause; nothing was sent.",
      },
      remedy: {
        zh: '请在北京时间 0 点后再试，或由运维提升额度。',
        en: 'Try again after midnight in Beijing, or let an operator raise the quota.',
      },
    },
    WEIXIN_DATABASE: {
      meaning: {
        zh: '数据库暂时不可用，提醒没有发出。',
        en: 'The database is not available; nothing was sent.',
      },
      remedy: { zh: '请稍后再试。', en: 'Try again later.' },
    },
  }),
);

const OTHER = {
  meaning: { zh: '提醒没有发出。', en: 'Nothing was sent.' },
  remedy: { zh: '请查看服务日志中的原因。', en: 'See the reason in the log of the service.' },
};

/** What became of a message, with WeChat's own reason and remedy where WeChat spoke. */
export function outcomeOfMessage({ status, errcode, content }: MessageRecord): Outcome {
  const meaning = OF_STATUS[status];
  if (!errcode || status === 'sent') return { status, meaning, remedy: REMEDY_OF_STATUS[status] };
  const facts = errcodeFacts(errcode, 'api', { miniprogram: content?.miniprogram !== undefined });
  return { status, meaning: joined(meaning, facts.meaning), remedy: facts.remedy, errcode };
}

/** Why no message was accepted. The texts are ours, whatever the code in the address says. */
export function outcomeOfCode(code: string, errcode?: number): Outcome {
  const { meaning, remedy } = OF_CODE.get(code) ?? OTHER;
  if (code !== 'WEIXIN_TOKEN_UNAVAILABLE' || !errcode) return { status: 'not-accepted', meaning, remedy };
  const facts = errcodeFacts(errcode, 'token');
  return { status: 'not-accepted', meaning: joined(meaning, facts.meaning), remedy: facts.remedy, errcode };
}

function joined(first: BilingualText, second: BilingualText): BilingualText {
  return { zh: `${first.zh}${second.zh}`, en: `${first.en} ${second.en}` };
}
