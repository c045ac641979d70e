import { WeixinSubscribeError } from '../kernel/errors.js';

/** The account has no `push` option, so nobody may push for it. */
export class PushNotConfiguredError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_PUSH_NOT_CONFIGURED',
    status: 404,
    title: 'This account takes no pushes',
    remedy: 'Set "push" of that account, with the Token and the EncodingAESKey of the console.',
  };

  constructor(readonly appId: string) {
    super(`account "${appId}" takes no pushes`);
  }
}

/**
 * Not a push that WeChat signed for this account within the last minutes. Only the log says what is wrong
 * with it; the response does not. Nothing was written.
 */
export class PushRefusedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_PUSH_REFUSED',
    status: 403,
    title: 'This is no push of WeChat',
    remedy: 'Compare Token, EncodingAESKey and mode with the console; the log says what was wrong.',
  };

  constructor(
    /** For the log. */
    readonly why: string,
  ) {
    super('this is no push of WeChat for this account');
  }
}

/** The body is longer than any push. Nothing was written. */
export class PushTooLargeError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_PUSH_TOO_LARGE',
    status: 413,
    title: 'The body is too long',
  };

  constructor(readonly limitBytes: number) {
    super(`the body is longer than ${limitBytes} bytes`);
  }
}

/** There is no event of this id, or none of an account that the caller may use. */
export class PushEventNotFoundError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_PUSH_EVENT_NOT_FOUND',
    status: 404,
    title: 'No such event',
    remedy: 'Take an id from GET pushes; an event is deleted after retention.pushEventsDays.',
  };

  constructor(readonly id: string) {
    super(`there is no push event ${id}`);
  }
}

/** Only an event whose listeners have failed for good is given to them again. */
export class PushEventNotFailedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_PUSH_EVENT_NOT_FAILED',
    status: 409,
    title: 'The event has not failed',
    remedy: 'Nothing is to be done: it is done, or its listeners are still called.',
  };

  constructor(readonly id: string) {
    super(`push event ${id} has not failed`);
  }
}
