import type { AccountKind } from '../../common/config/options.js';
import type { FieldError } from '../../common/errors.js';
import type { GrantChannel } from '../../grant/grant.types.js';
import type { OutgoingMessage, Recipient, SharedMessage } from '../message.types.js';

/** A kind of message: its endpoint and its body. One file each; adding one touches nothing but its registration. */
export interface Channel {
  readonly name: GrantChannel;
  /** Kinds of account that may send it. */
  readonly kinds: readonly AccountKind[];
  readonly path: string;
  /** Rules beyond those of the DTO that hold for an account of this kind. */
  check(message: OutgoingMessage, kind: AccountKind): FieldError[];
  /**
   * The body as WeChat wants it, JSON text, for each recipient of one message. What they share is written once: a broadcast posts the same to
   * hundreds of thousands.
   */
  body(message: SharedMessage): (recipient: Recipient) => string;
}

/** Injection token of all channels. */
export const CHANNELS = Symbol('CHANNELS');
