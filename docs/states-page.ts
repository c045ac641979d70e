import { EVENTS, type LedgerEvent, STATES } from './states.js';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
type Text = Record<Language, string>;

export const pathOfStatesPage = (language: Language): string => `docs/${language}/states.md`;

const MADE_BY: Text = {
  en: '<!-- Generated from docs/states.ts: node --import @swc-node/register/esm-register docs/generate-states.ts -->',
  zh: '<!-- 由 docs/states.ts 生成：node --import @swc-node/register/esm-register docs/generate-states.ts -->',
};

const TITLE: Text = { en: 'States of a grant', zh: '授权的状态' };

const INTRODUCTION: Text = {
  en: `A grant is the right to send one message. This is everything that can happen to one, and who may cause it. The table is not only written down: a test does
every event to a grant in every state, on SQLite, PostgreSQL and MariaDB, and looks where it ends.`,
  zh: `一份授权就是发一条消息的权利。这里列出它可能经历的一切，以及由谁引起。这张表不只是写下来的：有一个测试在 SQLite、PostgreSQL、MariaDB 上
对每种状态的授权执行每个事件，并检查结果。`,
};

const STATES_HEADING: Text = { en: '## States', zh: '## 状态' };
const STATE_COLUMNS: Text = {
  en: '| state | meaning |\n|---|---|',
  zh: '| 状态 | 含义 |\n|---|---|',
};

const EVENTS_HEADING: Text = { en: '## Events', zh: '## 事件' };
const EVENTS_TEXT: Text = {
  en: `A dot: the grant stays as it is. Two things at once on one grant: each change is one conditional statement, so one of them finds it changed and does
nothing, or does what the table says of the new state.`,
  zh: '圆点表示授权不变。两件事同时发生在一份授权上时：每次变更都是一条带条件的语句，后到的那个会发现状态已变，于是什么也不做，或按新状态所在的列处理。',
};

const CAUSES_HEADING: Text = { en: '## Who may cause them', zh: '## 由谁引起' };
const CAUSE_COLUMNS: Text = {
  en: '| event | by | the message becomes |\n|---|---|---|',
  zh: '| 事件 | 由谁 | 消息变为 |\n|---|---|---|',
};

const RULES: Text = {
  en: `## What follows from it

- Nothing leads from \`unknown\` or \`claimed\` back to \`available\` unless it is certain that nothing was delivered: WeChat said so, the request never left, or a person says so.
- Nothing leads out of \`spent\`, \`void\`, \`renewed\` and \`expired\`. Such rows are only deleted.
- Under the rule \`set\` at most one grant of a key is \`available\`: a unique index sees to that.
- A \`claimed\` grant has a message in flight, and an \`unknown\` one an \`unknown\` message. Both change in one transaction.`,
  zh: `## 由此可知

- 只有确定没有送达，\`unknown\` 和 \`claimed\` 才会回到 \`available\`：微信这样回答、请求根本没有发出，或有人这样确认。
- \`spent\`、\`void\`、\`renewed\`、\`expired\` 不会再变成别的状态，只会被删除。
- 规则为 \`set\` 时，一个键最多有一份 \`available\` 的授权，由唯一索引保证。
- \`claimed\` 的授权必有一条正在发送的消息，\`unknown\` 的授权必有一条 \`unknown\` 的消息；两者在同一个事务里变更。`,
};

const OVERDUE: Text = { en: '`available`, time over', zh: '`available`，已到期' };
const DELETED: Text = { en: '*deleted*', zh: '*删除*' };
const BESIDE: Text = { en: 'and a new one', zh: '并新增一份' };
const EVENT: Text = { en: 'event', zh: '事件' };

/** The page about states, whole, as it stands in `docs/`. */
export function statesPage(language: Language): string {
  const other = language === 'en' ? '[简体中文](../zh/states.md)' : '[English](../en/states.md)';
  const readme = language === 'en' ? '[README](../../README.md)' : '[README](../../README.zh-CN.md)';
  return `${[
    MADE_BY[language],
    `# ${TITLE[language]}`,
    language === 'en' ? `English · ${other} · ${readme}` : `${other} · 简体中文 · ${readme}`,
    INTRODUCTION[language],
    STATES_HEADING[language],
    [
      STATE_COLUMNS[language],
      ...STATES.map(({ id, meaning }) => row(nameOf(id, language), meaning[language])),
    ].join('\n'),
    EVENTS_HEADING[language],
    EVENTS_TEXT[language],
    matrix(language),
    CAUSES_HEADING[language],
    [
      CAUSE_COLUMNS[language],
      ...(EVENTS as readonly LedgerEvent[]).map((event) => cause(event, language)),
    ].join('\n'),
    RULES[language],
  ].join('\n\n')}\n`;
}

function matrix(language: Language): string {
  const columns = STATES.map(({ id }) => nameOf(id, language));
  const lines = (EVENTS as readonly LedgerEvent[]).map(({ what, moves, adds }) =>
    row(
      adds ? `${what[language]} (${BESIDE[language]}: \`${adds}\`)` : what[language],
      ...STATES.map(({ id }) => target(moves[id], language)),
    ),
  );
  return [row(EVENT[language], ...columns), row('---', ...columns.map(() => '---')), ...lines].join('\n');
}

function target(to: string | undefined, language: Language): string {
  if (to === undefined) return '·';
  return to === 'deleted' ? DELETED[language] : `→ \`${to}\``;
}

function cause({ what, by, message }: LedgerEvent, language: Language): string {
  return row(what[language], by[language], message ? `\`${message}\`` : '');
}

function nameOf(id: string, language: Language): string {
  return id === 'overdue' ? OVERDUE[language] : `\`${id}\``;
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
