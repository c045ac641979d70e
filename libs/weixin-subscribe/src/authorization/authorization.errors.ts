import { WeixinSubscribeError } from '../kernel/errors.js';

/** `returnTo` is missing, or not under one of the allowed addresses. */
export class ReturnToRefusedError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_RETURN_TO_REFUSED';
}

/** The state was never issued here (or its row is gone by retention). */
export class StateUnknownError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_STATE_UNKNOWN';

  constructor() {
    super('the state ("reserved") was not issued by this service', {
      remedy: 'Start again: ask the user once more.',
    });
  }
}

/** The state was issued to another browser or another user. */
export class StateForeignError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_STATE_FOREIGN';
}

/** Nobody answered in time. */
export class StateExpiredError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_STATE_EXPIRED';

  constructor(expiresAt: Date) {
    super(`the question expired at ${expiresAt.toISOString()}`, { remedy: 'Ask the user once more.' });
  }
}

/** The state was answered before, otherwise. */
export class StateReusedError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_STATE_REUSED';

  constructor() {
    super('the question was answered before, and differently; the first answer stands');
  }
}

/** Template, scene or openid of the answer are not those of the question. */
export class AnswerMismatchError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_ANSWER_MISMATCH';

  constructor(field: 'templateId' | 'scene' | 'openid') {
    super(`the ${field} of the answer is not the one of the question`, { remedy: 'Ask the user once more.' });
  }
}

/** Who is to be asked has no openid of this account that the host knows of, and the answer would not bring one. */
export class OpenidUnknownError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_OPENID_UNKNOWN';

  constructor(appId: string) {
    super(`the openid of the caller at account "${appId}" is not known`, {
      remedy:
        'Let the option "authorization.subject" answer { id, openid } with the user\'s openid of this account: a mini-program has it from wx.login and code2Session, a web page from the OAuth of the official account.',
    });
  }
}
