import { describe } from '../../kernel/describe.js';
import { WeixinSubscribeError } from '../../kernel/errors.js';

/** There is no message with this id. */
export class MessageNotFoundError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_NOT_FOUND',
    status: 404,
    title: 'No such message',
    remedy: 'Check the id; finished messages end with their retention.',
  };

  constructor(id: string) {
    super(`there is no message ${describe(id)}`);
  }
}

/** The idempotency key was used for a message with another receiver or content. Nothing was sent. */
export class IdempotencyKeyReusedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_IDEMPOTENCY_KEY_REUSED',
    status: 409,
    title: 'The idempotency key was used for another message',
    remedy: 'Use a new key for a new message.',
  };

  constructor(
    idempotencyKey: string,
    readonly messageId: string,
  ) {
    super(`idempotencyKey "${idempotencyKey}" was used for another message (${messageId})`);
  }

  override problemMembers(): object {
    return { messageId: this.messageId };
  }
}

/**
 * The first send with this idempotency key has not ended yet, or waits for its time. Nothing was sent again.
 */
export class MessageInFlightError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_IN_FLIGHT',
    status: 409,
    title: 'The message is being sent',
  };

  constructor(
    readonly messageId: string,
    status: 'sending' | 'waiting' = 'sending',
  ) {
    super(`message ${messageId} ${status === 'sending' ? 'is being sent' : 'waits for its time'}`, {
      remedy:
        status === 'sending'
          ? 'Repeat the call with the same key a few seconds later, or read the message.'
          : 'Read the message later, or cancel it and send another one with a new key.',
    });
  }

  override problemMembers(): object {
    return { messageId: this.messageId };
  }
}

/** Only a message that still waits can be cancelled. */
export class MessageNotWaitingError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_NOT_WAITING',
    status: 409,
    title: 'The message does not wait any more',
  };

  constructor(
    readonly messageId: string,
    status: string,
  ) {
    super(`message ${messageId} is "${status}", not "waiting"`);
  }

  override problemMembers(): object {
    return { messageId: this.messageId };
  }
}

/** Only what has ended without reaching its person can be sent again. Nothing was sent. */
export class MessageNotResendableError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_NOT_RESENDABLE',
    status: 409,
    title: 'The message cannot be sent again',
    remedy: 'Read the message, and the later one that is named, if any; nothing was sent.',
  };

  /** The message that stands for it now. */
  declare readonly laterMessageId?: string;

  constructor(
    readonly messageId: string,
    why: string,
    laterMessageId?: string,
  ) {
    super(`message ${messageId} cannot be sent again: ${why}`);
    this.assign({ laterMessageId });
  }

  override problemMembers(): object {
    return { messageId: this.messageId, laterMessageId: this.laterMessageId };
  }
}

/** Only an `unknown` message can be resolved. */
export class MessageNotUnknownError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_MESSAGE_NOT_UNKNOWN',
    status: 409,
    title: 'The outcome of the message is known',
    remedy: 'Read the message; nothing was changed. Only an "unknown" message can be resolved, and once.',
  };

  constructor(
    readonly messageId: string,
    status: string,
  ) {
    super(`message ${messageId} is "${status}", not "unknown"`);
  }

  override problemMembers(): object {
    return { messageId: this.messageId };
  }
}
