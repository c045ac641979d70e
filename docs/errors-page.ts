import { ERRCODE_TABLE, type ErrcodeFacts, type WeixinSubscribeError } from 'nestjs-weixin-subscribe';
// Below the public surface on purpose: what the page says about outcomes is what this code does.
import { type Settlement, settlementOf } from '../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import type { Language } from './languages.js';
import { type ErrorClass, PROBLEMS } from './problems.js';

type Text = Record<Language, string>;

export const pathOfErrorsPage = (language: Language): string => `docs/${language}/errors.md`;

const TITLE: Text = { en: 'Errors and what to do', zh: '错误与处理' };

const MADE_BY: Text = {
  en: '<!-- Generated from the errcode table of the library: node --import @swc-node/register/esm-register docs/generate-errors.ts -->',
  zh: '<!-- 由本库的错误码表生成：node --import @swc-node/register/esm-register docs/generate-errors.ts -->',
};

const INTRODUCTION: Text = {
  en: `Two kinds of codes reach you. \`code\` (\`WEIXIN_…\`) is the library's own, stable, and what your program should branch on. \`errcode\` is WeChat's;
it is there when WeChat answered, and tells a person where to look. Both come with a \`remedy\`, in an error object as well as in a problem document.`,
  zh: `你会遇到两种代码。\`code\`（\`WEIXIN_…\`）是本库自己的，保持稳定，程序应按它分支。\`errcode\` 是微信的错误码，微信有响应时才有，告诉人该去哪里看。
两者都附有 \`remedy\`（下一步怎么做），错误对象和 REST 的问题文档里都有；接口返回的 \`remedy\` 是英文，本页给出对应的中文。`,
};

const OURS: Text = {
  en: `## Codes of this library

In the program each is an error class with this \`code\`; over HTTP it is a problem document
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with the status shown. "Sent" says whether WeChat may have delivered something.
Two more codes are seen over HTTP only: \`WEIXIN_INTERNAL\` (500), something unexpected, which was logged; and \`HTTP_…\`, what a guard or the body parser of
your host threw.`,
  zh: `## 本库的 code

在程序里，每个 \`code\` 对应一个错误类；在 REST 接口上，它是一份带所示状态码的问题文档（[RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)）。
“是否发出”指微信是否可能已经送达了什么。另有两种只出现在接口上：\`WEIXIN_INTERNAL\`（500）是意外错误，日志里有记录；
\`HTTP_…\` 来自宿主应用的守卫或请求体解析。`,
};

const THEIRS: Text = {
  en: `## Errcodes of WeChat

What a send ends as, and what becomes of the grant, follows from the class alone; the columns show what the library does. A row marked
*token call* holds for \`cgi-bin/token\` and \`cgi-bin/stable_token\`: there is no token then, the send ends as \`WEIXIN_TOKEN_UNAVAILABLE\`,
nothing was sent and the grant is untouched. *Through Cloud Run* is for accounts with the [credential](credentials.md#cloud) \`cloud\`. An errcode that is not listed is of class \`unknown-code\` and ends as \`unknown\`. Rows about template management and
supporting calls are there for what else you do with the token.

Where \`errmsg\` ends in \`rid: …\`, \`POST /cgi-bin/openapi/rid/get\` explains that call for seven days.`,
  zh: `## 微信的 errcode

一次发送以什么结果结束、授权如何处理，只由类别决定；下表两列就是本库实际的做法。标有*获取 token* 的行适用于 \`cgi-bin/token\` 和
\`cgi-bin/stable_token\`：此时没有可用的 token，发送以 \`WEIXIN_TOKEN_UNAVAILABLE\` 结束，什么都没有发出，授权不变。标有*经云托管*的行适用于[凭证](credentials.md#cloud)为 \`cloud\` 的账号。表中没有的 errcode
归为 \`unknown-code\`，结果为 \`unknown\`。模板管理和辅助接口的行，供你拿 token 做其他事情时查阅。

\`errmsg\` 末尾带有 \`rid: …\` 时，七天内可用 \`POST /cgi-bin/openapi/rid/get\` 查询那次调用。`,
};

const CLASSES: Text = {
  en: `| class | the library | you |
|---|---|---|
| \`ok\` | settles as \`sent\` | |
| \`refresh-token-and-retry\` | takes another token and posts once more, never a third time | nothing, unless it returns often |
| \`retry-later\` | ends a direct send; a deferred message that surely was not delivered is tried again | wait, then send again; if the outcome is \`unknown\`, resolve it first |
| \`quota\` | pauses the API for the account until the daily reset; deferred messages wait for it | wait, or raise or clear the quota, then \`resume(appId)\` |
| \`invalid-request\` | ends this message | mend the message, send a new one |
| \`recipient-refused-or-no-grant\` | voids the grant | ask the user again |
| \`account-misconfigured\` | ends this message, keeps the grant; a deferred one is tried again every ten minutes | mend the settings of the account, then send again |
| \`unknown-code\` | keeps the grant closed | find out, then \`resolve\` |`,
  zh: `| 类别 | 本库 | 你 |
|---|---|---|
| \`ok\` | 记为 \`sent\` | |
| \`refresh-token-and-retry\` | 换一个 token 再发一次，绝不发第三次 | 无需处理，除非频繁出现 |
| \`retry-later\` | 直接发送就此结束；确定没有送达的延迟消息会再试 | 稍候再发；结果为 \`unknown\` 的先 \`resolve\` |
| \`quota\` | 暂停该账号经由该接口的发送，直到每日重置；延迟消息等到那时 | 等待，或提升、清零额度后调用 \`resume(appId)\` |
| \`invalid-request\` | 结束这条消息 | 改正后作为新消息发送 |
| \`recipient-refused-or-no-grant\` | 授权作废 | 请用户重新订阅 |
| \`account-misconfigured\` | 结束这条消息，保留授权；延迟消息每十分钟再试 | 修正账号设置后再发 |
| \`unknown-code\` | 授权保持关闭 | 查清楚，然后 \`resolve\` |`,
};

const ELSEWHERE: Text = {
  en: `## Without a code

WeChat's confirm page shows these itself; the browser does not come back, and the request expires.

| page | meaning | look at |
|---|---|---|
| 应用跳转的域名非法 | the host of the callback is not a business domain (业务域名) of the account, or the address is badly encoded | [Going live](going-live.md), \`publicBaseUrl\`, \`authorization.callbackUrl\` |
| 应用访问参数错误 | a wrong parameter: appId and template do not belong together, or the account lacks the capability | \`accounts[]\`, interface permissions (接口权限) of the account |
| 模板出错 | the id of another kind of template (subscription notification, template message) | \`templates[]\` |

The SDK of a mobile app has its own \`errCode\`; post it as it is.

| errCode | meaning |
|---|---|
| 0 | ok |
| -1 | common error |
| -2 | the user cancelled |
| -3 | sending failed |
| -4 | authorization denied |
| -5 | not supported |

Only \`action: "confirm"\` with an \`errCode\` of 0 (or none) and an openid is a grant; everything else is taken as \`cancelled\`.`,
  zh: `## 没有代码的错误

下面这些由微信的确认页自己显示；浏览器不会回来，这个订阅请求到期失效。

| 页面 | 含义 | 检查 |
|---|---|---|
| 应用跳转的域名非法 | 回调地址的域名不是该账号的业务域名，或地址编码有误 | [上线](going-live.md)、\`publicBaseUrl\`、\`authorization.callbackUrl\` |
| 应用访问参数错误 | 参数错误：appId 与模板不匹配，或账号没有开通该能力 | \`accounts[]\`、账号的接口权限 |
| 模板出错 | 用了其他类型模板的 id（订阅通知、模板消息） | \`templates[]\` |

移动应用的 SDK 有自己的 \`errCode\`，原样提交即可。

| errCode | 含义 |
|---|---|
| 0 | 成功 |
| -1 | 一般错误 |
| -2 | 用户取消 |
| -3 | 发送失败 |
| -4 | 授权被拒绝 |
| -5 | 不支持 |

只有 \`action: "confirm"\`、\`errCode\` 为 0（或没有）并且带有 openid 才算授权；其余一律按 \`cancelled\` 处理。`,
};

const OUR_COLUMNS: Text = {
  en: '| status | code | class | sent | meaning and what to do |\n|---|---|---|---|---|',
  zh: '| 状态码 | code | 错误类 | 是否发出 | 含义与处理 |\n|---|---|---|---|---|',
};
const THEIR_COLUMNS: Text = {
  en: '| errcode | class | → message | grant | meaning | what to do |\n|---|---|---|---|---|---|',
  zh: '| errcode | 类别 | → 消息 | 授权 | 含义 | 处理 |\n|---|---|---|---|---|---|',
};

const ONLY: Record<NonNullable<ErrcodeFacts['only']>, Text> = {
  token: { en: '*token call*', zh: '*获取 token*' },
  cloud: { en: '*through Cloud Run*', zh: '*经云托管*' },
  miniprogram: { en: '*with miniprogram*', zh: '*带 miniprogram*' },
};
const GRANT: Record<Settlement['grant'], Text> = {
  available: { en: 'kept', zh: '保留' },
  spent: { en: 'spent', zh: '已用' },
  void: { en: 'void', zh: '作废' },
  unknown: { en: 'closed', zh: '关闭' },
};
const SENT: Record<'no' | 'maybe', Text> = { no: { en: 'no', zh: '否' }, maybe: { en: 'maybe', zh: '可能' } };
const RETRIED: Text = { en: 'retried once, then', zh: '重试一次，仍失败则' };
const EVERY: Text = { en: 'all of the openid void', zh: '该 openid 的全部作废' };
const SECONDS: Text = { en: 'not before', zh: '至少间隔' };

/** The page about errors, whole, as it stands in `docs/`. */
export function errorsPage(language: Language): string {
  const other = language === 'en' ? '[简体中文](../zh/errors.md)' : '[English](../en/errors.md)';
  const readme = language === 'en' ? '[README](../../README.md)' : '[README](../../README.zh-CN.md)';
  return `${[
    MADE_BY[language],
    `# ${TITLE[language]}`,
    language === 'en' ? `English · ${other} · ${readme}` : `${other} · 简体中文 · ${readme}`,
    INTRODUCTION[language],
    OURS[language],
    [OUR_COLUMNS[language], ...problemRows(language)].join('\n'),
    THEIRS[language],
    CLASSES[language],
    [THEIR_COLUMNS[language], ...errcodeRows(language)].join('\n'),
    ELSEWHERE[language],
  ].join('\n\n')}\n`;
}

function problemRows(language: Language): string[] {
  return PROBLEMS.map(({ error, facts = [{}], sent, text }) => {
    const statuses = [...new Set(facts.map((fact) => statusOf(error, fact)))];
    const { code } = error.problem;
    return row(statuses.join(', '), `\`${code}\``, `\`${error.name}\``, SENT[sent][language], text[language]);
  });
}

/** HTTP status of an error of this class with these facts. */
function statusOf(error: ErrorClass, facts: object): number | undefined {
  return Object.assign(Object.create(error.prototype) as WeixinSubscribeError, facts).httpStatus;
}

function errcodeRows(language: Language): string[] {
  const sorted = [...ERRCODE_TABLE].sort((a, b) => a.errcode - b.errcode);
  return sorted.map((facts) => {
    const { errcode, errclass, only, meaning, remedy, retryAfterSeconds } = facts;
    const [outcome, grant] = ending(facts, language);
    return row(
      only ? `${errcode} ${ONLY[only][language]}` : `${errcode}`,
      retryAfterSeconds ? `\`${errclass}\`, ${SECONDS[language]} ${retryAfterSeconds} s` : `\`${errclass}\``,
      outcome,
      grant,
      meaning[language],
      remedy[language],
    );
  });
}

/** As the library settles a send that was answered so. */
function ending(facts: ErrcodeFacts, language: Language): [outcome: string, grant: string] {
  if (facts.only === 'token') return ['–', '–'];
  const { errcode, errclass } = facts;
  const envelope = { errcode, errmsg: '', body: { errcode } };
  const { outcome, grant, openidUnusable } = settlementOf({ kind: 'answered', envelope, facts });
  return [
    errclass === 'refresh-token-and-retry' ? `${RETRIED[language]} \`${outcome}\`` : `\`${outcome}\``,
    openidUnusable ? EVERY[language] : GRANT[grant][language],
  ];
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
}
