import { describe } from '../kernel/describe.js';
import { WeixinSubscribeError } from '../kernel/errors.js';
import type { BroadcastStatus } from './broadcast.types.js';

/** There is no broadcast with this id. */
export class BroadcastNotFoundError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_BROADCAST_NOT_FOUND',
    status: 404,
    title: 'No such broadcast',
  };

  constructor(id: string) {
    super(`there is no broadcast ${describe(id)}`);
  }
}

/** What was asked for can not be done in the state that the broadcast is in; nothing was changed. */
export class BroadcastStateError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_BROADCAST_STATE',
    status: 409,
    title: 'The broadcast is in another state',
  };

  constructor(
    readonly broadcastId: string,
    readonly status: BroadcastStatus,
    asked: string,
  ) {
    super(`broadcast "${broadcastId}" can not be ${asked}: it is ${status}`);
  }
}

/** The recipients of this broadcast are being taken in by another call. */
export class BroadcastIntakeBusyError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_BROADCAST_INTAKE_BUSY',
    status: 409,
    title: 'Its recipients are being taken in',
    remedy: 'Wait until that call has ended; should its process have died, try again in a minute.',
  };

  constructor(readonly broadcastId: string) {
    super(`the recipients of broadcast "${broadcastId}" are being taken in by another call`);
  }
}

/** The idempotency key belongs to another broadcast of this account. */
export class BroadcastKeyReusedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_BROADCAST_KEY_REUSED',
    status: 409,
    title: 'The idempotency key was used for another broadcast',
    remedy: 'Use a new key for a new broadcast.',
  };

  constructor(
    key: string,
    readonly broadcastId: string,
  ) {
    super(`idempotency key "${key}" was used for broadcast "${broadcastId}", which says something else`);
  }
}

/** No class of the host's is decorated with `@BroadcastRenderer` and this name. */
export class UnknownRendererError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_UNKNOWN_RENDERER',
    status: 404,
    title: 'No such renderer',
  };

  constructor(name: string, known: string[]) {
    super(
      `there is no broadcast renderer ${describe(name)}; known are ${known.map((one) => `"${one}"`).join(', ') || 'none'}`,
      { remedy: `Decorate a provider with @BroadcastRenderer('${name}').` },
    );
  }
}
