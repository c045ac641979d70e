import { EVENTS, type LedgerEvent } from './ledger-events.js';
import { GRANT_STATES, MESSAGE_STATES, type StateText, type Text } from './states.js';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

export const pathOfStatesPage = (language: Language): string => `docs/${language}/states.md`;

const MADE_BY: Text = {
  en: '<!-- Generated from docs/ledger-events.ts: node --import @swc-node/register/esm-register docs/generate-states.ts -->',
  zh: '<!-- 由 docs/ledger-events.ts 生成：node --import @swc-node/register/esm-register docs/generate-states.ts -->',
};

const TITLE: Text = { en: 'States of a grant and of a message', zh: '授权与消息的状态' };

const INTRODUCTION: Text = {
  en: `A grant is the right to send one message. This is everything that can happen to one, and to a message, and who may cause it. The tables are tested: every
event meets a grant and a message in every state, on SQLite, PostgreSQL and MariaDB (\`test/contract/states.spec.ts\`).

A dot: it stays as it is. Each change is one conditional statement. Of two events at once on one grant or message, the second finds the state that the first left,
and does what the table says of that state. An event that changes both changes them in one transaction.`,
  zh: `一份授权就是发一条消息的权利。这里列出授权和消息可能经历的一切，以及由谁引起。这些表都经过测试：在 SQLite、PostgreSQL、MariaDB 上，
让每个事件遇到每种状态的授权和消息（\`test/contract/states.spec.ts\`）。

圆点表示不变。每次变更都是一条带条件的语句：两个事件同时发生在一份授权或一条消息上时，后到的看到的是前一个留下的状态，并按该状态所在的列处理。
同时改变授权和消息的事件，在同一个事务里改变两者。`,
};

const GRANTS: Text = { en: '## Grants', zh: '## 授权' };
const MESSAGES: Text = { en: '## Messages', zh: '## 消息' };
const MESSAGES_TEXT: Text = {
  en: `Of a person who is erased, messages stay as outcomes, without openid and text. What is in flight stays whole for the moment: \`inFlight\` in the report counts it,
and the same call a minute later erases it.`,
  zh: `个人数据删除后，消息只作为结果保留，不再含 openid 和内容。正在发送的暂时原样保留：报告中的 \`inFlight\` 给出数量，一分钟后再调用一次即可删除。`,
};
const CAUSES: Text = { en: '## Who may cause them', zh: '## 由谁引起' };

const RULES: Text = {
  en: `## What follows from it

- Nothing leads from \`unknown\` or \`claimed\` back to \`available\` unless it is certain that nothing was delivered: WeChat said so, the request never left, or a person says so.
- Nothing leads out of \`spent\`, \`void\`, \`renewed\` and \`expired\`, and of \`refused\` and \`failed\`. Such rows are only deleted. Out of \`sent\` leads one thing: WeChat itself
  reports that the message was not delivered.
- No background task ends an \`unknown\` message, unless WeChat reports what became of it, or you choose the policy \`resend-if-not-renewed\`.
- Under the rule \`set\` at most one grant of a key is live: \`available\`, or held (\`claimed\`, \`unknown\`) and not yet replaced by a newer confirm. A unique index sees to
  that. Of two confirms the newer one is the one that was committed later; no clock decides it.
- A grant is \`claimed\` exactly while its message is \`sending\`, and the message of an \`unknown\` grant is \`unknown\`.`,
  zh: `## 由此可知

- 只有确定没有送达，\`unknown\` 和 \`claimed\` 才会回到 \`available\`：微信这样回答、请求根本没有发出，或有人这样确认。
- \`spent\`、\`void\`、\`renewed\`、\`expired\`，以及 \`refused\`、\`failed\`，不会再变成别的状态，只会被删除。\`sent\` 只有一种变化：微信自己报告该消息没有送达。
- 除非微信报告了结果，或选用策略 \`resend-if-not-renewed\`，没有后台任务会替 \`unknown\` 的消息下结论。
- 规则为 \`set\` 时，一个键最多有一份有效的授权：\`available\`，或被消息占用（\`claimed\`、\`unknown\`）且还没有被新的确认取代。由唯一索引保证。
  两次确认以后提交的为新，与时钟无关。
- 授权为 \`claimed\`，当且仅当它的消息正在 \`sending\`；\`unknown\` 的授权，其消息也是 \`unknown\`。`,
};

const STATE_COLUMNS: Text = { en: '| state | meaning |\n|---|---|', zh: '| 状态 | 含义 |\n|---|---|' };
const CAUSE_COLUMNS: Text = { en: '| event | by |\n|---|---|', zh: '| 事件 | 由谁 |\n|---|---|' };
const EVENT: Text = { en: 'event', zh: '事件' };
const DELETED: Text = { en: '*deleted*', zh: '*删除*' };
const BESIDE: Text = { en: ' (and a new one: `$`)', zh: '（并新增一份：`$`）' };
const NOTHING: Text = { en: 'Changes none: ', zh: '不改变任何一份：' };
const JOINT: Text = { en: ' · ', zh: '；' };

/** The page about states, whole, as it stands in `docs/`. */
export function statesPage(language: Language): string {
  const other = language === 'en' ? '[简体中文](../zh/states.md)' : '[English](../en/states.md)';
  const readme = language === 'en' ? '[README](../../README.md)' : '[README](../../README.zh-CN.md)';
  return `${[
    MADE_BY[language],
    `# ${TITLE[language]}`,
    language === 'en' ? `English · ${other} · ${readme}` : `${other} · 简体中文 · ${readme}`,
    INTRODUCTION[language],
    GRANTS[language],
    ...tables('grant', GRANT_STATES, language),
    MESSAGES[language],
    MESSAGES_TEXT[language],
    ...tables('message', MESSAGE_STATES, language),
    CAUSES[language],
    [CAUSE_COLUMNS[language], ...EVENTS.map(({ what, by }) => row(what[language], by[language]))].join('\n'),
    RULES[language],
  ].join('\n\n')}\n`;
}

/** The states of one kind of row, the events that concern it, and those that do not. */
function tables(
  kind: 'grant' | 'message',
  states: readonly StateText<string>[],
  language: Language,
): string[] {
  const names = states.map(({ id, name }) => name?.[language] ?? `\`${id}\``);
  const concerns = (event: LedgerEvent) =>
    Object.keys(event[kind]).length > 0 || event.adds?.[kind] !== undefined;
  const idle = EVENTS.filter((event) => !concerns(event)).map(({ what }) => what[language]);
  return [
    [
      STATE_COLUMNS[language],
      ...states.map(({ meaning }, index) => row(names[index], meaning[language])),
    ].join('\n'),
    [
      row(EVENT[language], ...names),
      row('---', ...names.map(() => '---')),
      ...EVENTS.filter(concerns).map((event) => transitions(event, kind, states, language)),
    ].join('\n'),
    `${NOTHING[language]}${idle.join(JOINT[language])}${language === 'en' ? '.' : '。'}`,
  ];
}

function transitions(
  { what, adds, ...event }: LedgerEvent,
  kind: 'grant' | 'message',
  states: readonly StateText<string>[],
  language: Language,
): string {
  const moves: Record<string, string> = event[kind];
  const added = adds?.[kind];
  return row(
    what[language] + (added ? BESIDE[language].replace('$', added) : ''),
    ...states.map(({ id }) => target(moves[id], language)),
  );
}

function target(to: string | undefined, language: Language): string {
  if (to === undefined) return '·';
  return to === 'deleted' ? DELETED[language] : `→ \`${to}\``;
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
