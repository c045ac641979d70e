import { DAY_MS } from '../kernel/platform-day.js';
import type { OverviewFacts, OverviewProblem, ProblemCode, Severity } from './overview.types.js';

/** With so many tokens dead before their time another program probably mints. */
const SUSPICIOUS_DEATHS = 2;
/** Listeners are called within seconds: so many that wait are a backlog. */
const PUSHES_BACKLOG = 100;

interface Words {
  severity: Severity;
  message: { en: string; zh: string };
  remedy: { en: string; zh: string };
}

const WORDS: Record<ProblemCode, Words> = {
  'token-missing': {
    severity: 'problem',
    message: {
      en: 'The account has no live access_token: nothing can be sent.',
      zh: '该账号没有有效的 access_token，无法发送任何消息。',
    },
    remedy: {
      en: 'Run the doctor of the account; mend what WeChat says (AppSecret, IP whitelist), then retry.',
      zh: '运行该账号的体检；按微信的提示修正（AppSecret、IP 白名单），然后重试。',
    },
  },
  'token-refresh-failed': {
    severity: 'warning',
    message: {
      en: 'The last refresh of the access_token failed; the present one still lives.',
      zh: '上一次刷新 access_token 失败，现有的仍然有效。',
    },
    remedy: {
      en: 'It is tried again by itself; mend what WeChat says before the present token ends.',
      zh: '系统会自动重试；请在现有 token 到期之前按微信的提示修正。',
    },
  },
  'token-third-party': {
    severity: 'problem',
    message: {
      en: 'Tokens died before their time: another program mints access_tokens for this account.',
      zh: 'token 提前失效：有别的程序在为该账号获取 access_token。',
    },
    remedy: {
      en: 'Find that program and let it read tokens from here, or set tokenFamily "stable"; then rotate the AppSecret.',
      zh: '找到那个程序，让它从这里读取 token，或把 tokenFamily 设为 "stable"；然后更换 AppSecret。',
    },
  },
  'token-mints-used-up': {
    severity: 'problem',
    message: {
      en: 'No further access_token may be fetched for now.',
      zh: '目前的 access_token 获取次数已用完。',
    },
    remedy: {
      en: 'Find out who reports tokens as dead; the hourly and daily allowance returns by itself.',
      zh: '查清是谁在报告 token 失效；每小时和每日的次数会自动恢复。',
    },
  },
  'token-unreadable': {
    severity: 'problem',
    message: {
      en: 'The stored access_token was sealed with a key that this process does not have.',
      zh: '存储的 access_token 是用本进程没有的密钥加密的。',
    },
    remedy: {
      en: 'Give all processes the same keys in token.encryption.',
      zh: '让所有进程的 token.encryption 使用相同的密钥。',
    },
  },
  'token-circuit-open': {
    severity: 'warning',
    message: {
      en: 'WeChat refused one new token after the other; reports are not heeded for a while.',
      zh: '微信接连拒绝新的 token，暂时不再受理失效报告。',
    },
    remedy: {
      en: 'Run the doctor of the account.',
      zh: '运行该账号的体检。',
    },
  },
  'quota-used-up': {
    severity: 'problem',
    message: {
      en: 'Sends pause: WeChat refuses this API for the account, probably because its quota is used up.',
      zh: '发送已暂停：微信拒绝该账号调用此接口，很可能是额度已用完。',
    },
    remedy: {
      en: 'Deferred messages and broadcasts go on by themselves. Raise or clear the quota at WeChat, then resume.',
      zh: '延迟消息和群发会自动继续。可在微信提升或清零额度，然后恢复。',
    },
  },
  'template-paused': {
    severity: 'problem',
    message: {
      en: 'Sends of this template pause: WeChat does not have it any more.',
      zh: '该模板的发送已暂停：微信上已没有这个模板。',
    },
    remedy: {
      en: 'Add the template at WeChat again and compare, or change the options to its new id.',
      zh: '在微信重新添加模板后进行比对，或在选项里改成新的模板 ID。',
    },
  },
  'template-missing': {
    severity: 'problem',
    message: {
      en: 'WeChat does not list this template any more: each send would be refused.',
      zh: '微信的列表里已没有该模板：每次发送都会被拒绝。',
    },
    remedy: {
      en: 'Add the template at WeChat again and compare, or change the options to its new id.',
      zh: '在微信重新添加模板后进行比对，或在选项里改成新的模板 ID。',
    },
  },
  'template-keywords-changed': {
    severity: 'warning',
    message: {
      en: 'The template has other keywords than before: data for the old ones is refused.',
      zh: '模板的关键词变了：按旧关键词填写的数据会被拒绝。',
    },
    remedy: {
      en: 'Let what sends it use the new keywords.',
      zh: '让发送方改用新的关键词。',
    },
  },
  'messages-unknown': {
    severity: 'warning',
    message: {
      en: 'Nobody knows whether these messages arrived; their grants are kept closed.',
      zh: '不知道这些消息是否送达；对应的授权保持关闭。',
    },
    remedy: {
      en: 'Find out (ask the person), then resolve each as sent or not sent.',
      zh: '查清楚（询问本人），然后逐条处理为已送达或未送达。',
    },
  },
  'messages-overdue': {
    severity: 'problem',
    message: {
      en: 'Deferred messages are more than five minutes late.',
      zh: '延迟消息已晚于计划五分钟以上。',
    },
    remedy: {
      en: 'See that a process with schedule.enabled runs and reaches the database and WeChat.',
      zh: '确认有开启 schedule.enabled 的进程在运行，并且连得上数据库和微信。',
    },
  },
  'broadcast-paused': {
    severity: 'problem',
    message: {
      en: 'A broadcast stopped by itself.',
      zh: '有群发自行停止了。',
    },
    remedy: {
      en: 'Read why, mend it, and resume the broadcast or cancel it.',
      zh: '查看原因并修正，然后继续或取消该群发。',
    },
  },
  'pushes-failed': {
    severity: 'problem',
    message: {
      en: 'Listeners failed with pushes of WeChat, and are not called again by themselves.',
      zh: '监听器处理微信推送失败，且不会再自动重试。',
    },
    remedy: {
      en: 'Read the reason, mend the listener, then replay the events.',
      zh: '查看原因并修正监听器，然后重放这些事件。',
    },
  },
  'pushes-waiting': {
    severity: 'warning',
    message: {
      en: 'Many pushes wait for their listeners.',
      zh: '有大量推送在等待监听器处理。',
    },
    remedy: {
      en: 'Look for a slow listener, or a process that is not running.',
      zh: '检查是否有很慢的监听器，或进程没有运行。',
    },
  },
  'account-not-authorized': {
    severity: 'problem',
    message: {
      en: 'The owner of the account took the authorisation back: nothing can be sent.',
      zh: '账号主体取消了授权，无法发送任何消息。',
    },
    remedy: {
      en: 'Ask the owner to authorise your third-party platform again.',
      zh: '请账号主体重新授权你的第三方平台。',
    },
  },
};

/** What is wrong, problems before warnings, each in the order of its kind. */
export function problemsOf(facts: OverviewFacts, now: number): OverviewProblem[] {
  const found = [...tokenProblems(facts), ...sendProblems(facts, now), ...otherProblems(facts)];
  return [
    ...found.filter(({ severity }) => severity === 'problem'),
    ...found.filter(({ severity }) => severity === 'warning'),
  ];
}

const problem = (code: ProblemCode, more: Partial<OverviewProblem>): OverviewProblem => ({
  code,
  ...WORDS[code],
  ...more,
});

function* tokenProblems({ tokens, notAuthorized }: OverviewFacts): Generator<OverviewProblem> {
  for (const { appId, because } of notAuthorized)
    yield problem('account-not-authorized', { appId, detail: because });
  for (const { appId, live, lastError, mintsLeft, unreadable, circuitOpenUntil, earlyDeaths = 0 } of tokens) {
    if (lastError)
      yield problem(live ? 'token-refresh-failed' : 'token-missing', {
        appId,
        since: new Date(lastError.at),
        errcode: lastError.errcode,
        detail: lastError.message,
      });
    if (unreadable) yield problem('token-unreadable', { appId });
    if (earlyDeaths >= SUSPICIOUS_DEATHS) yield problem('token-third-party', { appId, count: earlyDeaths });
    if (mintsLeft && Math.min(mintsLeft.hour, mintsLeft.day) === 0)
      yield problem('token-mints-used-up', { appId });
    if (circuitOpenUntil) yield problem('token-circuit-open', { appId, until: new Date(circuitOpenUntil) });
  }
}

function* sendProblems(facts: OverviewFacts, now: number): Generator<OverviewProblem> {
  for (const { appId, templateId, pausedAt, pausedUntil, errcode, reason } of facts.pauses)
    yield problem(templateId === undefined ? 'quota-used-up' : 'template-paused', {
      ...{ appId, templateId, since: pausedAt, errcode, detail: reason },
      // A template that is gone pauses until it is back.
      ...(templateId === undefined && { until: pausedUntil }),
    });
  const isPaused = (appId: string, templateId: string) =>
    facts.pauses.some((pause) => pause.appId === appId && pause.templateId === templateId);
  for (const { appId, templateId, kind, since, detail } of facts.templates)
    if (kind !== 'missing') yield problem('template-keywords-changed', { appId, templateId, since, detail });
    else if (!isPaused(appId, templateId))
      yield problem('template-missing', { appId, templateId, since, detail });
  for (const { appId, count, since } of facts.overdue)
    yield problem('messages-overdue', { appId, count, since });
  for (const { appId, count, since } of facts.unknown) {
    const isOld = since !== undefined && now - since.getTime() > DAY_MS;
    yield problem('messages-unknown', { appId, count, since, severity: isOld ? 'problem' : 'warning' });
  }
}

function* otherProblems({
  broadcasts,
  pushFailures,
  pushesDue = 0,
}: OverviewFacts): Generator<OverviewProblem> {
  for (const { id, appId, templateId, status, pauseCause, reason } of broadcasts)
    if (status === 'paused' && !['person', 'quiet-hours', 'quota'].includes(pauseCause ?? 'person'))
      yield problem('broadcast-paused', { appId, templateId, broadcastId: id, detail: reason });
  for (const { appId, count, since } of pushFailures) yield problem('pushes-failed', { appId, count, since });
  if (pushesDue >= PUSHES_BACKLOG) yield problem('pushes-waiting', { count: pushesDue });
}
