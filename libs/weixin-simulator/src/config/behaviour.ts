import type { FieldReader } from '../common/field-reader.js';
import type { Schema } from '../common/json-schema.js';

/**
 * Every rule of the platform that the documents leave open or that a test wants otherwise. Each can be set
 * for the whole simulator and again for one account. "row n" is the row of the decision table in the README.
 */
export interface Behaviour {
  /**
   * Two confirms of one person, template and scene: one grant (`set`, the official note) or two (`count`).
   * Row 1.
   */
  grantRule: 'set' | 'count';
  /** Grants end after this long; `null`: never. Row 12. */
  grantLifetimeSeconds: number | null;
  /** Whether tapping cancel takes an outstanding grant away. Row 4. */
  cancelRevokes: boolean;
  /** The answer when `template_id` is missing. Row 13. */
  missingTemplateErrcode: 40036 | 40037;
  /** The answer when the text has more than 200 characters. Row 16. */
  longContentErrcode: 45002 | 47003;
  /** An empty or missing text: 47001, or accepted. Row 17. */
  emptyContent: 'refuse' | 'accept';
  /** A colour that is not `#RRGGBB`: accepted and not shown, or 47001. Row 18. */
  badColor: 'ignore' | 'refuse';
  /** Longest `url` before 40039; the platform publishes no number. */
  maxUrlLength: number;
  /** Append `/?openid=…` literally as the document shows it, even after a path. Row 30. */
  documentedSlash: boolean;
  /** The SDK's errCode beside `action: cancel`. Row 35. */
  cancelErrCode: -2 | 0;
  /** Life of an access_token. §4.1: 7200, "may change". */
  lifetimeSeconds: number;
  /** How long a superseded token of `cgi-bin/token` still works. Row 24. */
  overlapSeconds: number;
  /** No overlap at all: a mint kills the older token at once. */
  strict: boolean;
  /**
   * `stable_token` rotates when this much life or less is left; `null`: 300, or a 24th of a shortened life.
   * Row 25.
   */
  stableRotationSeconds: number | null;
  /** Effective forced refreshes per day, then 45009. Row 26. */
  forceRefreshPerDay: number;
  /** A forced refresh sooner than this after the last one gives the same token. Row 26. */
  forceRefreshIntervalSeconds: number;
  /** Calls of `cgi-bin/token` per day, then 45009. Row 27. */
  tokenDailyQuota: number | null;
  /** Calls of `stable_token` per day. §4.2. */
  stableDailyQuota: number | null;
  /** Calls of `stable_token` per minute, then 45011. §4.2. */
  stableMinuteQuota: number | null;
  /** Calls of the send API per day, then 45009; `null`: no limit (no official number is published, §8). */
  dailyQuota: number | null;
  /** Calls of `subscribe/send` per day, then 45009. §6.1: ten million, thirty with payment. */
  subscribeDailyQuota: number | null;
  /** Calls of `subscribe/bizsend` per day, then 45009; no official number is published. */
  noticeDailyQuota: number | null;
  /** Calls of the retired `wxopen/template/send` per day, then 45009. §5. */
  formDailyQuota: number | null;
  /** Calls of `ticket/getticket` per day, then 45009; no official number is published. §14.1. */
  ticketDailyQuota: number | null;
  /** Calls of each send API per minute, then 45011; `null`: no limit. */
  minuteQuota: number | null;
  /** Calls of `clear_quota` and `clear_quota/v2` together, per month, then 48006. §4.6. */
  clearQuotaPerMonth: number;
  /** Calls of `openapi/quota/clear` per month, then 48006. §4.6. */
  clearApiQuotaPerMonth: number;
  /**
   * `stable_token` in normal mode goes on giving a token that died upstream, until its time is over. §4.5.
   */
  stableReturnsKilled: boolean;
  /** A send while another one to the same person is in flight: fine, or 43108. Row 40. */
  overlappingSends: 'allow' | 'refuse';
  /** The same for `subscribe/send` and `subscribe/bizsend`, whose page has 43108. Row 40. */
  overlappingSubscribeSends: 'allow' | 'refuse';
  /**
   * How the page's table of keyword types is read where two readings are possible: `wide` takes what either
   * allows, `strict` what both allow. Row §6.1.
   */
  keywordValues: 'wide' | 'strict';
  /** How long a form id or a prepay id gives messages. §5: seven days. */
  formLifetimeSeconds: number;
  /**
   * Templates an account may have of those `newtmpl/addtemplate` adds to, then 200012; no number is published
   * on its page.
   */
  templateLimit: number;
  /** The XML element around the items of `subscribe_msg_change_event`: the pages disagree (§6.3). */
  changeEventWrapper: 'SubscribeMsgChangeEvent' | 'SubscribeMsgPopupEvent';
  /**
   * Whether the answers of `subscribe/send` and `subscribe/bizsend` hold `msgid`: the page of `bizsend` has
   * none (§6.2).
   */
  sendMsgid: 'answer' | 'omit';
  /**
   * Which popups of one person at one account are pushed: official accounts get the first one only, as is
   * reported (§6.3).
   */
  popupEvents: 'all' | 'first';
  /** How long a payment is unknown to the calls of cards: 85437 until then. A.9 of the fact sheet. */
  cardOrderDelaySeconds: number;
  /** States that the pages of the types do not show: from lower to higher ones, or anyhow. */
  cardUnknownStates: 'forward' | 'any';
  /** The template of a card is in the account; is missing, told by an event -1003; or is denied, 85461. */
  cardTemplate: 'added' | 'missing' | 'denied';
  /** Whether the mini-program is admitted to service cards, or answers 85462. */
  cardAdmission: 'granted' | 'denied';
  /** Each state is stored, and an event tells that the person was not notified of it; 0: none. */
  cardFailRet: 0 | -10001 | -10002 | -1003 | -1004 | -1005;
  /** A fault `errcode` -1 that does not say `when`: has the call been processed? Row 11. */
  systemErrorUses: boolean;
  /** A fault `hang` that does not say `when`: has the call been processed? Row 11. */
  silenceUses: boolean;
  /**
   * A push about each accepted one-time message, though no document knows one: to prove that a client ignores
   * it. Row 37.
   */
  resultEvent: 'none' | 'emit';
}

interface Rule<T> {
  fallback: T;
  read(fields: FieldReader, name: string): T | undefined;
  schema: Schema;
}

const flag = (fallback: boolean): Rule<boolean> => ({
  fallback,
  read: (fields, name) => fields.flag(name),
  schema: { type: 'boolean' },
});
const choice = <T extends string | number>(fallback: T, ...values: T[]): Rule<T> => ({
  fallback,
  read: (fields, name) => fields.oneOf<T>(name, values),
  schema: { enum: values },
});
const amount = (fallback: number, minimum = 0): Rule<number> => ({
  fallback,
  read: (fields, name) => fields.integer(name, minimum),
  schema: { type: 'integer', minimum },
});
const amountOrNull = (fallback: number | null, minimum = 0): Rule<number | null> => ({
  fallback,
  read: (fields, name) => (fields.isNull(name) ? null : fields.integer(name, minimum)),
  schema: { type: ['integer', 'null'], minimum },
});

const RULES: { [K in keyof Behaviour]: Rule<Behaviour[K]> } = {
  grantRule: choice<'set' | 'count'>('set', 'set', 'count'),
  grantLifetimeSeconds: amountOrNull(null, 1),
  cancelRevokes: flag(false),
  missingTemplateErrcode: choice<40036 | 40037>(40036, 40036, 40037),
  longContentErrcode: choice<45002 | 47003>(45002, 45002, 47003),
  emptyContent: choice<'refuse' | 'accept'>('refuse', 'refuse', 'accept'),
  badColor: choice<'ignore' | 'refuse'>('ignore', 'ignore', 'refuse'),
  maxUrlLength: amount(2048, 1),
  documentedSlash: flag(false),
  cancelErrCode: choice<-2 | 0>(-2, -2, 0),
  lifetimeSeconds: amount(7200, 1),
  overlapSeconds: amount(300),
  strict: flag(false),
  stableRotationSeconds: amountOrNull(null),
  forceRefreshPerDay: amount(20),
  forceRefreshIntervalSeconds: amount(30),
  tokenDailyQuota: amountOrNull(2000),
  stableDailyQuota: amountOrNull(500_000),
  stableMinuteQuota: amountOrNull(10_000),
  dailyQuota: amountOrNull(null),
  subscribeDailyQuota: amountOrNull(10_000_000),
  noticeDailyQuota: amountOrNull(null),
  formDailyQuota: amountOrNull(1_000_000),
  ticketDailyQuota: amountOrNull(10_000),
  minuteQuota: amountOrNull(null),
  clearQuotaPerMonth: amount(10),
  clearApiQuotaPerMonth: amount(50),
  stableReturnsKilled: flag(false),
  overlappingSends: choice<'allow' | 'refuse'>('allow', 'allow', 'refuse'),
  overlappingSubscribeSends: choice<'allow' | 'refuse'>('refuse', 'allow', 'refuse'),
  keywordValues: choice<'wide' | 'strict'>('wide', 'wide', 'strict'),
  formLifetimeSeconds: amount(7 * 24 * 3600, 1),
  templateLimit: amount(50),
  changeEventWrapper: choice<'SubscribeMsgChangeEvent' | 'SubscribeMsgPopupEvent'>(
    'SubscribeMsgChangeEvent',
    ...(['SubscribeMsgChangeEvent', 'SubscribeMsgPopupEvent'] as const),
  ),
  sendMsgid: choice<'answer' | 'omit'>('answer', 'answer', 'omit'),
  popupEvents: choice<'all' | 'first'>('all', 'all', 'first'),
  cardOrderDelaySeconds: amount(0),
  cardUnknownStates: choice<'forward' | 'any'>('forward', 'forward', 'any'),
  cardTemplate: choice<'added' | 'missing' | 'denied'>('added', 'added', 'missing', 'denied'),
  cardAdmission: choice<'granted' | 'denied'>('granted', 'granted', 'denied'),
  cardFailRet: choice<Behaviour['cardFailRet']>(0, 0, -10001, -10002, -1003, -1004, -1005),
  systemErrorUses: flag(false),
  silenceUses: flag(false),
  resultEvent: choice<'none' | 'emit'>('none', 'none', 'emit'),
};

export const BEHAVIOUR_FIELDS = Object.keys(RULES) as (keyof Behaviour)[];

/** The defaults of the README's table. */
export const DEFAULT_BEHAVIOUR = Object.fromEntries(
  BEHAVIOUR_FIELDS.map((name) => [name, RULES[name].fallback]),
) as unknown as Behaviour;

/** How each switch is written, with its default. */
export const BEHAVIOUR_SCHEMAS: Readonly<Record<string, Schema>> = Object.fromEntries(
  BEHAVIOUR_FIELDS.map((name) => [name, { ...RULES[name].schema, default: RULES[name].fallback }]),
);

/** The behaviour these fields ask for, on top of `base`. */
export function readBehaviour(fields: FieldReader, base: Behaviour): Behaviour {
  const chosen: Record<string, unknown> = { ...base };
  for (const name of BEHAVIOUR_FIELDS) {
    const value = RULES[name].read(fields, name);
    if (value !== undefined) chosen[name] = value;
  }
  return chosen as unknown as Behaviour;
}
