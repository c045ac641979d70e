import { WeixinSubscribeError } from '../kernel/errors.js';

/** `returnTo` is missing, or not under one of the allowed addresses. */
export class ReturnToRefusedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_RETURN_TO_REFUSED',
    status: 400,
    title: 'This return address is not allowed',
  };
}

/** The state was never issued here (or its row is gone by retention). */
export class StateUnknownError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_STATE_UNKNOWN',
    status: 403,
    title: 'This answer belongs to no intent of ours',
    remedy: 'Start again: ask the user once more.',
  };

  constructor() {
    super('the state ("reserved") was not issued by this service');
  }
}

/** The state was issued to another browser or another user. */
export class StateForeignError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_STATE_FOREIGN',
    status: 403,
    title: 'This answer belongs to somebody else',
  };
}

/** Nobody answered in time. */
export class StateExpiredError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_STATE_EXPIRED',
    status: 410,
    title: 'The intent has expired',
    remedy: 'Ask the user once more.',
  };

  constructor(expiresAt: Date) {
    super(`the intent expired at ${expiresAt.toISOString()}`);
  }
}

/** The state was answered before, otherwise. */
export class StateReusedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_STATE_REUSED',
    status: 409,
    title: 'The intent was answered otherwise',
  };

  constructor() {
    super('the intent was answered before, and differently; the first answer stands');
  }
}

/** Template, scene or openid of the answer are not those of the intent. */
export class AnswerMismatchError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_ANSWER_MISMATCH',
    status: 400,
    title: 'The answer does not fit the intent',
    remedy: 'Ask the user once more.',
  };

  constructor(field: 'templateId' | 'scene' | 'openid') {
    super(`the ${field} of the answer is not the one of the intent`);
  }
}

/**
 * The browser came back without having passed WeChat's OAuth, so that nobody knows whose openid it brings
 * (`authorization.oauth: 'base'`).
 */
export class OpenidUnprovenError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_OPENID_UNPROVEN',
    status: 403,
    title: 'Nobody knows whose openid this is',
    remedy: 'Start again: ask the user once more, by the address that authorize gives.',
  };

  constructor() {
    super('the browser has not passed the OAuth of WeChat for this intent');
  }
}

/** WeChat opened the page as a snapshot: the openid may be one that nobody has. */
export class SnapshotUserError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_SNAPSHOT_USER',
    status: 403,
    title: 'The page was opened as a snapshot',
    remedy: 'Let the user tap 使用完整服务 (use the full service) below the page, and start again.',
  };

  constructor() {
    super('WeChat opened the page as a snapshot, whose openid is a virtual one');
  }
}

/**
 * The host knows no openid of the caller at this account, and the answer to the intent will not contain
 * one.
 */
export class OpenidUnknownError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_OPENID_UNKNOWN',
    status: 403,
    title: 'The openid of the caller is not known',
    remedy:
      'Let the option "authorization.subject" answer { id, openid } with the user\'s openid of this account: a mini-program has it from wx.login and code2Session, a web page from the OAuth of the official account.',
  };

  constructor(appId: string) {
    super(`the openid of the caller at account "${appId}" is not known`);
  }
}
