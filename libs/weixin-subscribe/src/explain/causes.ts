import type { ExplainFinding } from '../delivery/send/explanation.types.js';
import type { BilingualText } from '../weixin/errcodes.js';

/** In plain words; `{name}` is a fact of the case. */
export interface Cause {
  message: BilingualText;
  /** The one thing to do where this decides. */
  nextStep: BilingualText;
}

const NOTHING: BilingualText = { en: 'Nothing has to be done.', zh: '无需处理。' };
const ASK_AGAIN: BilingualText = {
  en: 'Ask the person to subscribe again, at a moment when they expect a message.',
  zh: '在用户期待消息的时机，请其再次订阅。',
};
const RESOLVE: BilingualText = {
  en: 'Find out whether it arrived (ask the person), then resolve the message as "sent" or "not-sent".',
  zh: '先确认消息是否到达（询问用户），再将其处理为“sent”或“not-sent”。',
};
const PROVE: BilingualText = {
  en: 'Have openids proven (authorization.oauth: "base", or a subject with an openid), and ask the person again.',
  zh: '让 openid 得到证实（authorization.oauth 设为 "base"，或由 subject 返回 openid），再请用户重新订阅。',
};

/**
 * Every cause that an explanation can name, what it says, and what to do about it. docs/en/explain.md and
 * docs/zh/explain.md are generated from it.
 */
export const CAUSES = {
  // Of messages that were sent.
  sent: {
    message: { en: 'WeChat accepted the message at {at}.', zh: '微信已于 {at} 接受该消息。' },
    nextStep: {
      en: 'If the person does not see it, have them look in the chat of the account and in Service Notifications (服务通知), and whether they muted it there.',
      zh: '如果用户没有看到，请其查看与该账号的会话和“服务通知”，并检查是否设为免打扰。',
    },
  },
  'sent-by-report': {
    message: {
      en: 'The answer to the send was lost; WeChat reported at {at} that the message was delivered.',
      zh: '发送的应答丢失；微信于 {at} 报告该消息已送达。',
    },
    nextStep: NOTHING,
  },
  'sent-by-hand': {
    message: {
      en: 'WeChat gave no usable answer; a person decided at {at} that the message arrived ({reason}).',
      zh: '微信没有给出可用的应答；{at} 由人工认定已送达（{reason}）。',
    },
    nextStep: NOTHING,
  },
  'sent-assumed': {
    message: {
      en: 'WeChat gave no usable answer to the first post, and held no permission any more at the second: the first has used it.',
      zh: '第一次发送没有得到可用的应答，再次发送时微信已无授权：说明第一次已用掉授权。',
    },
    nextStep: NOTHING,
  },

  // Of messages that wait or are on their way.
  'not-due-yet': {
    message: { en: 'Its time has not come: it goes out at {until}.', zh: '还没到时间：将于 {until} 发送。' },
    nextStep: {
      en: 'Wait until then, or cancel the message and send it now.',
      zh: '等到那时；或者取消它并立即发送。',
    },
  },
  'quiet-hours': {
    message: {
      en: 'The quiet hours of the account last until {until}; deferred messages wait for their end.',
      zh: '账号的免打扰时段到 {until} 结束，延后发送的消息会等到那时。',
    },
    nextStep: {
      en: 'Wait until then; a direct send, without notBefore or deadline, does not wait.',
      zh: '等到那时；不带 notBefore 和 deadline 的直接发送不受影响。',
    },
  },
  'slowed-down': {
    message: {
      en: 'WeChat asked for a minute without sends of this kind (45011); it goes out at {until}.',
      zh: '微信要求该类消息暂停一分钟（45011），将于 {until} 发送。',
    },
    nextStep: { en: 'Wait until then, and send more slowly.', zh: '等到那时，并降低发送速度。' },
  },
  'tried-again-later': {
    message: {
      en: 'Attempt {attempts} did not reach the person ({reason}); it is tried again at {until}.',
      zh: '第 {attempts} 次尝试没有送达（{reason}），将于 {until} 重试。',
    },
    nextStep: {
      en: 'Wait until then; the message ends by itself, with its outcome, if it does not work out in time.',
      zh: '等到那时；如果一直不成功，该消息会自行结束并留下结果。',
    },
  },
  'being-sent': {
    message: {
      en: 'It is being sent right now, or its process was interrupted.',
      zh: '正在发送，或发送它的进程被中断。',
    },
    nextStep: {
      en: 'Ask again in a minute; recovery ends what was interrupted.',
      zh: '一分钟后再查；被中断的消息会由恢复任务给出结果。',
    },
  },

  // Of what holds everything of an account or a template.
  'account-removed': {
    message: { en: 'The account is not configured any more.', zh: '该账号已不在配置中。' },
    nextStep: {
      en: 'Configure it again, or send from another account.',
      zh: '重新配置该账号，或使用其他账号发送。',
    },
  },
  'account-disabled': {
    message: {
      en: 'The account is switched off: nothing is sent for it.',
      zh: '该账号已停用：不会为它发送任何消息。',
    },
    nextStep: {
      en: 'Switch the account on again ("enabled": true).',
      zh: '重新启用该账号（"enabled": true）。',
    },
  },
  'template-missing': {
    message: {
      en: 'WeChat does not list this template for the account any more: each send would be refused.',
      zh: '微信的模板列表中已没有该模板，发送都会被拒绝。',
    },
    nextStep: {
      en: 'Take the template into the account again, or configure its successor and let people subscribe to that.',
      zh: '重新添加该模板；或配置替代它的模板，并请用户重新订阅。',
    },
  },
  'sends-paused': {
    message: {
      en: 'Sends of this kind pause until {until}: {reason}.',
      zh: '该类消息暂停发送，直到 {until}：{reason}。',
    },
    nextStep: {
      en: 'Wait until then; or raise or clear the quota in the console, and call resume(appId).',
      zh: '等到那时；或在后台提高或清零额度后调用 resume(appId)。',
    },
  },
  'quota-used-up': {
    message: {
      en: 'The daily quota of this call is used up at WeChat.',
      zh: '该接口在微信的当日额度已用完。',
    },
    nextStep: {
      en: 'Wait for midnight in Beijing, or clear the quota (clear_quota, 10 times a month).',
      zh: '等到北京时间零点，或清零额度（clear_quota，每月 10 次）。',
    },
  },
  'token-unavailable': {
    message: {
      en: 'There is no access_token for the account: {reason}.',
      zh: '该账号目前没有 access_token：{reason}。',
    },
    nextStep: {
      en: 'Run the doctor for this account (weixin-subscribe doctor <appId>): it names what is wrong.',
      zh: '为该账号运行体检（weixin-subscribe doctor <appId>），它会指出问题所在。',
    },
  },

  // Of messages that WeChat refused for this person.
  'refused-taken-back': {
    message: {
      en: 'WeChat refused (errcode {errcode}): the person took the permission back at {at}, or switched the messages off.',
      zh: '微信拒绝（errcode {errcode}）：用户已于 {at} 收回授权或关闭该消息。',
    },
    nextStep: {
      en: 'Respect it; if the person wants messages again, have them switch the template on in the settings and subscribe.',
      zh: '尊重用户的选择；如果用户想重新接收，请其在设置中开启该消息并重新订阅。',
    },
  },
  'refused-after-unclear': {
    message: {
      en: 'WeChat refused (errcode {errcode}): message {messageId} used the same grant, with an unclear outcome, and probably arrived.',
      zh: '微信拒绝（errcode {errcode}）：消息 {messageId} 曾用过同一份授权且结果不明，很可能已经送达。',
    },
    nextStep: {
      en: 'Ask the person whether the earlier message arrived, and to subscribe again.',
      zh: '询问用户是否收到了之前那条消息，并请其重新订阅。',
    },
  },
  'refused-unproven': {
    message: {
      en: 'WeChat refused (errcode {errcode}), and the openid of the grant is only what a browser said: perhaps this person never confirmed.',
      zh: '微信拒绝（errcode {errcode}），且该授权的 openid 只是浏览器的说法：这位用户可能从未确认过。',
    },
    nextStep: PROVE,
  },
  'refused-unpaired': {
    message: {
      en: 'WeChat refused (errcode {errcode}): only the page reported the accept, and WeChat never pushed it.',
      zh: '微信拒绝（errcode {errcode}）：只有页面上报过这次允许，微信从未推送。',
    },
    nextStep: {
      en: 'Compare what the page reports with what requestSubscribeMessage gave it, and ask the person again.',
      zh: '核对页面上报的内容与 requestSubscribeMessage 的返回是否一致，并请用户重新订阅。',
    },
  },
  'refused-no-permission': {
    message: {
      en: 'WeChat refused (errcode {errcode}): it holds no permission for this person, template and scene, although the ledger had one.',
      zh: '微信拒绝（errcode {errcode}）：台账里有授权，但微信对该用户、模板和 scene 没有授权。',
    },
    nextStep: ASK_AGAIN,
  },
  'openid-unusable': {
    message: {
      en: 'WeChat says that this openid can not be written to from this account; the grants of this person ended with that.',
      zh: '微信表示该账号不能向这个 openid 发送；该用户的授权随之作废。',
    },
    nextStep: {
      en: 'Check that the openid belongs to this account (each account has its own), and ask the person again.',
      zh: '检查该 openid 是否属于这个账号（每个账号的 openid 不同），并请用户重新订阅。',
    },
  },
  'request-refused': {
    message: {
      en: 'WeChat refused the request (errcode {errcode}): {meaning}',
      zh: '微信拒绝了请求（errcode {errcode}）：{meaning}',
    },
    nextStep: { en: '{remedy}', zh: '{remedy}' },
  },

  // Of messages that failed otherwise.
  'reported-lost': {
    message: {
      en: 'WeChat accepted the message, and reported at {at} that it was not delivered (errcode {errcode}).',
      zh: '微信接受了该消息，但于 {at} 报告未送达（errcode {errcode}）。',
    },
    nextStep: ASK_AGAIN,
  },
  'deadline-passed': {
    message: {
      en: 'Its deadline passed at {until} before it could be sent.',
      zh: '直到截止时间 {until} 都未能发送。',
    },
    nextStep: {
      en: 'Send it as a new message with a later deadline, if it is still worth it.',
      zh: '如果仍有必要，用更晚的截止时间作为新消息发送。',
    },
  },
  'no-grant-when-due': {
    message: {
      en: 'When its time came, at {at}, there was no unused grant left.',
      zh: '{at} 到时间时，已没有可用的授权。',
    },
    nextStep: ASK_AGAIN,
  },
  cancelled: {
    message: { en: 'It was cancelled at {at}, before it was sent.', zh: '它在发送前于 {at} 被取消。' },
    nextStep: {
      en: 'Send it as a new message if it is wanted after all.',
      zh: '如果仍需要，请作为新消息发送。',
    },
  },
  'person-forgotten': {
    message: {
      en: 'The data of this person was erased; what is left is the outcome.',
      zh: '该用户的个人数据已删除，只保留了结果。',
    },
    nextStep: NOTHING,
  },
  'not-reached': {
    message: {
      en: 'The request never reached WeChat: {reason}.',
      zh: '请求没有到达微信：{reason}。',
    },
    nextStep: {
      en: 'Mend what the reason names, and send it as a new message: the grant was given back.',
      zh: '解决上述原因后作为新消息发送：授权已归还。',
    },
  },
  'failed-by-hand': {
    message: {
      en: 'WeChat gave no usable answer; a person decided at {at} that it did not arrive ({reason}), and the grant was given back.',
      zh: '微信没有给出可用的应答；{at} 由人工认定未送达（{reason}），授权已归还。',
    },
    nextStep: { en: 'Send it as a new message.', zh: '作为新消息发送。' },
  },

  // Of messages of which nobody knows.
  'unknown-no-answer': {
    message: {
      en: 'The request left, and no usable answer came ({reason}): it may have arrived.',
      zh: '请求已发出，但没有得到可用的应答（{reason}）：消息可能已送达。',
    },
    nextStep: RESOLVE,
  },
  'unknown-errcode': {
    message: {
      en: 'WeChat answered errcode {errcode}, after which the message may have arrived all the same. {meaning}',
      zh: '微信返回 errcode {errcode}，此时消息仍可能已送达。{meaning}',
    },
    nextStep: RESOLVE,
  },
  'unknown-interrupted': {
    message: {
      en: 'The process that sent it was interrupted: it may have left or not.',
      zh: '发送它的进程被中断：消息可能已发出，也可能没有。',
    },
    nextStep: RESOLVE,
  },
  'unknown-sent-again': {
    message: {
      en: 'Nobody knows whether it arrived; the policy resend-if-not-renewed posts it again at {until}.',
      zh: '无法确定是否送达；策略 resend-if-not-renewed 将于 {until} 再次发送。',
    },
    nextStep: { en: 'Wait until then.', zh: '等到那时。' },
  },

  // Of people whom nothing can be sent to.
  'never-asked': {
    message: {
      en: 'Nothing tells that this person was asked, or subscribed, to this template.',
      zh: '没有该用户对此模板被询问或订阅的记录。',
    },
    nextStep: {
      en: 'Ask the person to subscribe, at a moment when they expect a message.',
      zh: '在用户期待消息的时机，请其订阅。',
    },
  },
  'asked-open': {
    message: {
      en: 'The person was asked at {at} and has not answered yet, or the answer has not come back.',
      zh: '已于 {at} 询问用户，尚未收到回答。',
    },
    nextStep: {
      en: 'Wait for the answer, or ask again.',
      zh: '等待回答，或再问一次。',
    },
  },
  unanswered: {
    message: {
      en: 'The person was asked, and did not answer in time (until {at}).',
      zh: '用户被询问过，但没有在时限内（{at} 前）回答。',
    },
    nextStep: ASK_AGAIN,
  },
  declined: {
    message: { en: 'The person was asked, and declined at {at}.', zh: '用户于 {at} 拒绝了订阅。' },
    nextStep: {
      en: 'Respect it, and ask again only when the person starts something that needs a message.',
      zh: '尊重用户的选择；等用户发起需要提醒的操作时再询问。',
    },
  },
  'taken-back': {
    message: {
      en: 'The person took the permission back at {at}: they rejected the template or switched it off in the settings.',
      zh: '用户于 {at} 收回了授权：拒绝了该模板，或在设置中关闭了它。',
    },
    nextStep: {
      en: 'Respect it; if the person wants messages again, have them switch the template on in the settings and subscribe.',
      zh: '尊重用户的选择；如果用户想重新接收，请其在设置中开启该消息并重新订阅。',
    },
  },
  expired: {
    message: {
      en: 'The grant ended unused at {at}.',
      zh: '授权已于 {at} 到期，未被使用。',
    },
    nextStep: ASK_AGAIN,
  },
  used: {
    message: {
      en: 'The last grant was used at {at}: one grant gives one message.',
      zh: '最后一份授权已于 {at} 用掉：一份授权只能发一条消息。',
    },
    nextStep: ASK_AGAIN,
  },
  'refused-before': {
    message: {
      en: 'WeChat refused the last message to this person at {at}, which ended the grant.',
      zh: '微信于 {at} 拒绝了发给该用户的上一条消息，授权随之作废。',
    },
    nextStep: ASK_AGAIN,
  },
  'held-by-unknown': {
    message: {
      en: 'Message {messageId} holds the grant, and nobody knows whether it arrived.',
      zh: '授权被消息 {messageId} 占用，且无法确定它是否送达。',
    },
    nextStep: {
      en: 'Explain that message, and resolve it as "sent" or "not-sent".',
      zh: '查看该消息的说明，并将其处理为“sent”或“not-sent”。',
    },
  },
  'held-by-sending': {
    message: {
      en: 'Message {messageId} is being sent with the grant.',
      zh: '消息 {messageId} 正在使用该授权发送。',
    },
    nextStep: { en: 'Ask again in a minute.', zh: '一分钟后再查。' },
  },
  'other-scene': {
    message: {
      en: 'There is no grant under this scene, but {count} under others: WeChat keeps each scene apart.',
      zh: '该 scene 下没有授权，其他 scene 下有 {count} 份：微信按 scene 分别计算。',
    },
    nextStep: {
      en: 'Send with the scene that the person confirmed.',
      zh: '使用用户确认时的 scene 发送。',
    },
  },

  // Of service cards: the newest update, and the end.
  'card-stored': {
    message: {
      en: 'WeChat stored the update to {what} at {at}. Of which states it notifies the person, WeChat decides.',
      zh: '微信已于 {at} 保存对{what}的更新。哪些状态会通知用户由微信决定。',
    },
    nextStep: {
      en: 'If the person does not see it, have them open the card in Service Notifications (服务通知).',
      zh: '如果用户没有看到，请其在“服务通知”中打开该卡片。',
    },
  },
  'card-not-notified': {
    message: {
      en: 'WeChat stored {what}, and reported at {at} that it did not notify the person: {meaning} ({failRet}).',
      zh: '微信已保存{what}，但于 {at} 报告没有通知用户：{meaning}（{failRet}）。',
    },
    nextStep: {
      en: 'The card shows the state all the same; mend what the reason names before the next update.',
      zh: '卡片仍会显示该状态；请在下次更新前解决上述原因。',
    },
  },
  'card-being-sent': {
    message: { en: 'The update to {what} is on its way to WeChat.', zh: '对{what}的更新正在发往微信。' },
    nextStep: { en: 'Ask again in a minute.', zh: '一分钟后再查。' },
  },
  'card-waiting': {
    message: {
      en: 'WeChat does not know the payment yet (85437); the card is begun again at {until}.',
      zh: '微信尚未查到该支付单（85437）；将于 {until} 再次激活卡片。',
    },
    nextStep: {
      en: 'Wait. If it goes on for an hour, compare transaction_id, openid and appId with the order.',
      zh: '等待。如果持续一小时，请核对 transaction_id、openid 和 appId 是否属于该订单。',
    },
  },
  'card-asked-about': {
    message: {
      en: 'Nobody knows yet whether WeChat stored the update to {what} ({reason}); WeChat is asked at {until}.',
      zh: '尚不确定微信是否保存了对{what}的更新（{reason}）；将于 {until} 向微信查询。',
    },
    nextStep: {
      en: 'Wait: it ends by itself, and nothing is repeated before WeChat has said how the card stands.',
      zh: '等待：会自动得到结果；在微信说明卡片状态之前不会重复更新。',
    },
  },
  'card-unknown': {
    message: {
      en: 'Nobody can tell any more whether WeChat stored the update to {what}: {reason}.',
      zh: '已无法确定微信是否保存了对{what}的更新：{reason}。',
    },
    nextStep: {
      en: 'Ask WeChat how the card stands (live=true), and set the state that the order has now.',
      zh: '向微信查询卡片当前状态（live=true），再设为订单现在的状态。',
    },
  },
  'card-not-stored': {
    message: {
      en: 'The update to {what} was not stored: {reason}.',
      zh: '对{what}的更新没有保存：{reason}。',
    },
    nextStep: {
      en: 'Mend what the reason names, and set the state again.',
      zh: '解决上述原因后重新设置该状态。',
    },
  },
  'card-ended': {
    message: {
      en: 'The card ended at {at}: {meaning}. It can not be updated any more.',
      zh: '卡片已于 {at} 结束：{meaning}。不能再更新。',
    },
    nextStep: NOTHING,
  },

  // Of people whom a message can be sent to, and beside other causes.
  'can-be-sent': {
    message: {
      en: 'As far as is known, the next message would reach the person: {count} may be sent.',
      zh: '就目前所知，下一条消息可以送达：还可发送 {count} 条。',
    },
    nextStep: { en: 'Send it.', zh: '直接发送。' },
  },
  'can-be-sent-again': {
    message: {
      en: 'As far as is known, the next message would reach the person: the template is long-term, and no send uses the permission up.',
      zh: '就目前所知，下一条消息可以送达：这是长期订阅模板，发送不会用掉授权。',
    },
    nextStep: { en: 'Send it.', zh: '直接发送。' },
  },
  'openid-unproven': {
    message: {
      en: 'The openid is only what a browser or an app said; WeChat may not know of the permission.',
      zh: '该 openid 只是浏览器或 App 的说法，微信不一定有这份授权。',
    },
    nextStep: PROVE,
  },
  'accept-unpaired': {
    message: {
      en: 'Only the page reported the accept; the push of WeChat about it has not come.',
      zh: '只有页面上报过这次允许，微信的推送尚未到达。',
    },
    nextStep: NOTHING,
  },
  'template-changed': {
    message: {
      en: 'The keywords of the template changed at WeChat at {at}: {detail}.',
      zh: '该模板的关键词已在微信侧变更（{at}）：{detail}。',
    },
    nextStep: {
      en: 'Send the keywords that the template has now.',
      zh: '按模板现有的关键词发送。',
    },
  },
  'waiting-messages': {
    message: {
      en: '{count} deferred messages already wait to be sent to this person, and will use grants.',
      zh: '已有 {count} 条延后发送的消息在等待，届时会使用授权。',
    },
    nextStep: NOTHING,
  },
} as const satisfies Record<string, Cause>;

export type CauseCode = keyof typeof CAUSES;

/** What a cause says of one case. */
export type Facts = Record<string, string | number | Date | BilingualText | undefined>;

/** A cause and the facts of the case. */
export interface Found {
  code: CauseCode;
  facts?: Facts;
}

/** What was found, in words, and the one thing to do about the first of it. */
export function worded(found: Found[]): { findings: ExplainFinding[]; nextStep: BilingualText } {
  // One word each: what holds a waiting message may be why it waits.
  const once = found.filter(({ code }, at) => found.findIndex((other) => other.code === code) === at);
  const [{ code, facts }] = once;
  return {
    findings: once.map((each) => ({
      code: each.code,
      message: filled(CAUSES[each.code].message, each.facts),
    })),
    nextStep: filled(CAUSES[code].nextStep, facts),
  };
}

/** The text with the facts in the places of their names. Text that has none keeps what is written. */
export function filled(text: BilingualText, facts: Facts = {}): BilingualText {
  const fill = (language: 'en' | 'zh') =>
    text[language].replace(/\{(\w+)\}/g, (_, name: string) => shown(facts[name], language));
  return { en: fill('en'), zh: fill('zh') };
}

function shown(fact: Facts[string], language: 'en' | 'zh'): string {
  if (fact === undefined) return language === 'en' ? 'not known' : '未知';
  if (fact instanceof Date) return fact.toISOString();
  return typeof fact === 'object' ? fact[language] : String(fact);
}
