import { describe } from '../../kernel/describe.js';
import { WeixinSubscribeError } from '../../kernel/errors.js';

/** There is no message with this id. */
export class MessageNotFoundError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_MESSAGE_NOT_FOUND';

  constructor(id: string) {
    super(`there is no message ${describe(id)}`, {
      remedy: 'Check the id; finished messages end with their retention.',
    });
  }
}

/** The idempotency key was used for a message with another receiver or content. Nothing was sent. */
export class IdempotencyKeyReusedError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_IDEMPOTENCY_KEY_REUSED';

  constructor(
    idempotencyKey: string,
    readonly messageId: string,
  ) {
    super(`idempotencyKey "${idempotencyKey}" was used for another message (${messageId})`, {
      remedy: 'Use a new key for a new message.',
    });
  }
}

/** The first send with this idempotency key has not ended yet, or waits for its time. Nothing was sent again. */
export class MessageInFlightError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_MESSAGE_IN_FLIGHT';

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
}

/** Only a message that still waits can be cancelled. */
export class MessageNotWaitingError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_MESSAGE_NOT_WAITING';

  constructor(
    readonly messageId: string,
    status: string,
  ) {
    super(`message ${messageId} is "${status}", not "waiting"`);
  }
}

/** Only an `unknown` message can be resolved. */
export class MessageNotUnknownError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_MESSAGE_NOT_UNKNOWN';

  constructor(
    readonly messageId: string,
    status: string,
  ) {
    super(`message ${messageId} is "${status}", not "unknown"`);
  }
}
