import type { GrantKey } from '../grant/grant.types.js';
import { type ErrorFacts, WeixinSubscribeError } from '../kernel/errors.js';
import { errcodeFacts } from '../weixin/errcodes.js';
import {
  causeText,
  statusOfErrclass,
  WeixinApiError,
  type WeixinVerdict,
} from '../weixin/weixin-api.errors.js';
import type { MessageRecord, Outcome } from './ledger/message.types.js';
import type { SendPause } from './pauses/send-pause.repository.js';

/** There is no grant to send this: nothing was written and WeChat was not called. */
export class NoGrantError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_NO_GRANT',
    status: 409,
    title: 'There is no grant to send',
    remedy: 'Ask the user to subscribe again; one confirm gives one message.',
  };

  constructor({ appId, openid, templateId, scene }: GrantKey) {
    super(
      `openid "${openid}" has no unused grant for template "${templateId}", scene ${scene}, of account "${appId}"`,
    );
  }
}

const TEMPLATE_REMEDY =
  'Take the template into the account again, or name its successor in the options and let people subscribe to that. The next comparison with WeChat ends the pause; TemplateDriftService.compare(appId) makes one now.';

/**
 * The sends of the account by this API pause, because WeChat refuses them for a while; or those of one
 * template, because it is missing at WeChat. Nothing was written and WeChat was not called.
 */
export class SendingPausedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_SENDING_PAUSED',
    status: 503,
    title: 'The sends of this account pause',
    remedy:
      'Wait, or defer the message with "notBefore". An operator may raise the quota, or clear it with clear_quota (10 times a month), and then call resume(appId).',
  };

  readonly appId: string;
  /** Of the API, e.g. `/cgi-bin/message/template/subscribe`. */
  readonly path: string;
  /** The one whose sends pause, and no others. */
  declare readonly templateId?: string;

  constructor(
    { appId, path, templateId, reason }: Pick<SendPause, 'appId' | 'path' | 'templateId' | 'reason'>,
    /** Seconds until the pause ends by itself. */
    readonly retryAfterSeconds: number,
  ) {
    const sends = templateId ? `of template ${templateId}` : `by ${path}`;
    super(
      `sends of account "${appId}" ${sends} pause for ${retryAfterSeconds} s: ${reason}`,
      templateId ? { remedy: TEMPLATE_REMEDY } : undefined,
    );
    this.appId = appId;
    this.path = path;
    this.assign({ templateId });
  }

  override problemMembers(): object {
    const { retryAfterSeconds, templateId } = this;
    return { retryAfterSeconds, ...(templateId && { templateId }) };
  }
}

/** A message was accepted and did not end as `sent`. */
export abstract class MessageOutcomeError extends WeixinApiError {
  abstract readonly outcome: Exclude<Outcome, 'sent'>;
  readonly messageId: string;

  constructor(record: MessageRecord, ending: string, facts: ErrorFacts = {}) {
    super(`message ${record.id} ${ending}${causeText(record)}`, verdictIn(record), facts);
    this.messageId = record.id;
  }

  override problemMembers(): object {
    return { ...super.problemMembers(), messageId: this.messageId, outcome: this.outcome };
  }
}

/** WeChat refused for this person (43101 and its like): the grant is void. Ask the user again. */
export class MessageRefusedError extends MessageOutcomeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_REFUSED',
    status: 422,
    title: 'WeChat refused to deliver to this person',
  };
  readonly outcome = 'refused';
}

/** It surely was not delivered; the grant can be used again, unless WeChat calls the openid unusable. */
export class MessageFailedError extends MessageOutcomeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_FAILED',
    status: 502,
    title: 'The message was not sent',
  };
  readonly outcome = 'failed';

  override get httpStatus(): number {
    return statusOfErrclass(this.errclass) ?? MessageFailedError.problem.status;
  }
}

/**
 * Nobody knows whether it was delivered. The grant stays closed until {@link SubscribeService.resolve} is
 * called.
 */
export class MessageUnknownError extends MessageOutcomeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_UNKNOWN',
    status: 502,
    title: 'Nobody knows whether the message was delivered',
  };
  readonly outcome = 'unknown';
}

/** The error for a message's outcome; `undefined` for `sent`, and while it waits. */
export function outcomeError(record: MessageRecord): MessageOutcomeError | undefined {
  switch (record.status) {
    case 'sent':
    case 'waiting':
      return undefined;
    case 'refused':
      return new MessageRefusedError(record, 'was refused by WeChat');
    case 'failed':
      return new MessageFailedError(
        record,
        'was not sent',
        remedyWithoutErrcode(record, 'Send it again, as a new message: the grant was given back.'),
      );
    case 'unknown':
    case 'sending':
      return new MessageUnknownError(
        record,
        'has an unknown outcome',
        remedyWithoutErrcode(
          record,
          `Do not send it again by yourself. Find out whether it arrived, then resolve it as "sent" or "not-sent": POST messages/${record.id}/resolve, or SubscribeService.resolve().`,
        ),
      );
    default:
      return record.status satisfies never;
  }
}

function remedyWithoutErrcode(record: MessageRecord, remedy: string): ErrorFacts {
  return record.errcode === undefined ? { remedy } : {};
}

function verdictIn({ errcode, errmsg, rid, content }: MessageRecord): WeixinVerdict | undefined {
  if (!errcode) return undefined;
  const facts = errcodeFacts(errcode, 'api', { miniprogram: content?.miniprogram !== undefined });
  return { errcode, errmsg: errmsg ?? '', rid, facts };
}
