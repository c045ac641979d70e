import type { Account } from '../config/options.js';
import type { Accounts } from '../platform/accounts.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import type { People } from '../platform/people.js';
import { isColor } from '../platform/wire-values.js';
import type { IncomingMessage } from './incoming-message.js';
import { refuseMiniprogram, refuseReceiver } from './shared-checks.js';

export const TITLE_LIMIT = 15;
export const CONTENT_LIMIT = 200;

export interface MessageContext {
  message: IncomingMessage;
  account: Account;
  accounts: Accounts;
  people: People;
}

type MessageCheck = (context: MessageContext) => Refusal | undefined;

const checkReceiver: MessageCheck = ({ message, account, people }) =>
  refuseReceiver(message.touser, account, people);

/** Row 13. */
const checkTemplate: MessageCheck = ({ message, account }) => {
  if (!message.templateId) return refuse(account.missingTemplateErrcode);
  return account.templates.includes(message.templateId) ? undefined : refuse(40037);
};

/** Row 15. Characters are code points (§3.4). */
const checkTitle: MessageCheck = ({ message }) => {
  const length = codePoints(message.title ?? '');
  return length > 0 && length <= TITLE_LIMIT ? undefined : refuse(40062);
};

/** Rows 16–18. */
const checkContent: MessageCheck = ({ message, account }) => {
  const value = message.content?.value ?? '';
  const color = message.content?.color ?? undefined;
  if (typeof value !== 'string') return refuse(47001);
  if (value === '' && account.emptyContent === 'refuse') return refuse(47001);
  if (codePoints(value) > CONTENT_LIMIT) {
    return refuse(
      account.longContentErrcode,
      account.longContentErrcode === 47003 ? CONTENT_INVALID : undefined,
    );
  }
  if (color !== undefined && typeof color !== 'string') return refuse(47001);
  if (color !== undefined && account.badColor === 'refuse' && !isColor(color)) return refuse(47001);
  return undefined;
};

/** The page says "too long" for sibling calls without a number. */
const checkUrl: MessageCheck = ({ message, account }) =>
  (message.url?.length ?? 0) > account.maxUrlLength ? refuse(40039) : undefined;

const checkMiniprogram: MessageCheck = ({ message, account, accounts }) =>
  refuseMiniprogram(message.miniprogram, account, accounts);

const CONTENT_INVALID = 'argument invalid! data.content.value invalid';
/** In the platform's order, as far as one is known (row 22). */
export const MESSAGE_CHECKS: readonly MessageCheck[] = [
  checkReceiver,
  checkTemplate,
  checkTitle,
  checkContent,
  checkUrl,
  checkMiniprogram,
];

function codePoints(text: string): number {
  return [...text].length;
}
