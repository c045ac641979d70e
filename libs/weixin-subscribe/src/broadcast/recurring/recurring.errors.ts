import { describe } from '../../kernel/describe.js';
import { WeixinSubscribeError } from '../../kernel/errors.js';
import type { RecurringStatus } from './recurring.types.js';

/** There is no recurring broadcast with this id. */
export class RecurringBroadcastNotFoundError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_RECURRING_BROADCAST_NOT_FOUND',
    status: 404,
    title: 'No such recurring broadcast',
  };

  constructor(id: string) {
    super(`there is no recurring broadcast ${describe(id)}`);
  }
}

/** It is paused already, or it is not paused; nothing was changed. */
export class RecurringBroadcastStateError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_RECURRING_BROADCAST_STATE',
    status: 409,
    title: 'The recurring broadcast is in another state',
  };

  constructor(
    readonly recurringId: string,
    readonly status: RecurringStatus,
    asked: string,
  ) {
    super(`recurring broadcast "${recurringId}" can not be ${asked}: it is ${status}`);
  }
}

/** The account has another recurring broadcast of this name. */
export class RecurringBroadcastNameTakenError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_RECURRING_BROADCAST_NAME_TAKEN',
    status: 409,
    title: 'The name belongs to another recurring broadcast',
    remedy: 'Choose another name, or delete the one that has it.',
  };

  constructor(
    name: string,
    readonly recurringId: string,
  ) {
    super(`recurring broadcast "${recurringId}" has the name ${describe(name)}, and is another one`);
  }
}
