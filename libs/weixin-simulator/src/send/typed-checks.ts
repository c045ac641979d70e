import type { Account } from '../config/options.js';
import { type Keyword, keywordsOf, type SubscribeTemplate } from '../config/subscribe-template.js';
import type { Accounts } from '../platform/accounts.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import { isOfficial } from '../platform/official-kinds.js';
import type { People } from '../platform/people.js';
import { isValueOf } from './keyword-rules.js';
import { isObject } from './read-body.js';
import { refuseMiniprogram, refusePage, refuseReceiver } from './shared-checks.js';
import type { TypedMessage } from './typed-message.js';

const STATES = ['developer', 'trial', 'formal'];
const LANGUAGES = ['zh_CN', 'en_US', 'zh_HK', 'zh_TW'];

export interface TypedContext {
  message: TypedMessage;
  account: Account;
  accounts: Accounts;
  people: People;
  /** The one named, if the account has it. */
  template: SubscribeTemplate | undefined;
}

type TypedCheck = (context: TypedContext) => Refusal | undefined;

const checkReceiver: TypedCheck = ({ message, account, people }) =>
  refuseReceiver(message.touser, account, people);

/** The table has no 40036: missing and wrong are the same (§6.1). */
const checkTemplate: TypedCheck = ({ template }) => (template ? undefined : refuse(40037));

const checkBan: TypedCheck = ({ account, template }) =>
  account.subscribeBanned || template?.banned ? refuse(43107) : undefined;

const checkPage: TypedCheck = ({ message, account }) => refusePage(message.page, account);

/** Values outside the documented ones; the page names no code for them. */
const checkChoices: TypedCheck = ({ message: { miniprogramState, lang } }) => {
  if (miniprogramState && !STATES.includes(miniprogramState)) return invalid('miniprogram_state');
  return lang && !LANGUAGES.includes(lang) ? invalid('lang') : undefined;
};

/** Every keyword of the template and no other; the first bad one is named, in the order of the template. */
const checkData: TypedCheck = ({ message: { data }, account, template }) => {
  const keywords = template ? keywordsOf(template) : [];
  const bad =
    keywords.find((keyword) => !isGood(keyword, data[keyword.key], account))?.key ??
    Object.keys(data).find((name) => keywords.every(({ key }) => key !== name));
  if (bad === undefined) return undefined;
  const given = data[bad];
  const isEmpty = !isObject(given) || given.value === undefined || given.value === null || given.value === '';
  return isEmpty
    ? refuse(47003, `argument invalid! data.${bad}.value is empty`)
    : invalid(`data.${bad}.value`);
};

const checkMiniprogram: TypedCheck = ({ message, account, accounts }) =>
  isOfficial(account) ? refuseMiniprogram(message.miniprogram, account, accounts) : undefined;

/** The order of row 22. */
export const TYPED_CHECKS: readonly TypedCheck[] = [
  checkReceiver,
  checkTemplate,
  checkBan,
  checkPage,
  checkChoices,
  checkData,
  checkMiniprogram,
];

function isGood(keyword: Keyword, given: unknown, { keywordValues }: Account): boolean {
  return isObject(given) && typeof given.value === 'string' && isValueOf(keyword, given.value, keywordValues);
}

function invalid(field: string): Refusal {
  return refuse(47003, `argument invalid! ${field} invalid`);
}
