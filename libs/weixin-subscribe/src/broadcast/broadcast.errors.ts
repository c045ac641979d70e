import { describe } from '../kernel/describe.js';
import { WeixinSubscribeError } from '../kernel/errors.js';
import type { BroadcastStatus } from './broadcast.types.js';

/** There is no broadcast with this id. */
export class BroadcastNotFoundError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_BROADCAST_NOT_FOUND';

  constructor(id: string) {
    super(`there is no broadcast ${describe(id)}`);
  }
}

/** What was asked for can not be done in the state that the broadcast is in; nothing was changed. */
export class BroadcastStateError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_BROADCAST_STATE';

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
  readonly code = 'WEIXIN_BROADCAST_INTAKE_BUSY';

  constructor(readonly broadcastId: string) {
    super(`the recipients of broadcast "${broadcastId}" are being taken in by another call`, {
      remedy: 'Wait until that call has ended; should its process have died, try again in a minute.',
    });
  }
}

/** The idempotency key belongs to another broadcast of this account. */
export class BroadcastKeyReusedError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_BROADCAST_KEY_REUSED';

  constructor(
    key: string,
    readonly broadcastId: string,
  ) {
    super(`idempotency key "${key}" was used for broadcast "${broadcastId}", which says something else`, {
      remedy: 'Use a new key for a new broadcast.',
    });
  }
}

/** No class of the host's is decorated with `@BroadcastRenderer` and this name. */
export class UnknownRendererError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_UNKNOWN_RENDERER';

  constructor(name: string, known: string[]) {
    super(
      `there is no broadcast renderer ${describe(name)}; known are ${known.map((one) => `"${one}"`).join(', ') || 'none'}`,
      { remedy: `Decorate a provider with @BroadcastRenderer('${name}').` },
    );
  }
}
