import type { AccountKind } from '../../account/account-kinds.js';
import type { GrantChannel } from '../../grant/grant.types.js';
import type { ChannelGrants } from '../../grant/grant-rules.js';
import type { FieldError } from '../../kernel/errors.js';
import type { InputClass } from '../../kernel/prepared-input.js';
import type { SubscribeTemplate } from '../../template/template.types.js';
import type { MessageContent, Recipient, SharedMessage } from '../ledger/message.types.js';
import type { MessageRequest } from './dto/message-request.dto.js';

/**
 * A kind of message: its endpoint, its input, its body and its rule of grants. One file each; adding one
 * touches nothing but its registration.
 */
export interface Channel<
  Content extends MessageContent = MessageContent,
  Input extends MessageRequest = MessageRequest,
> {
  readonly name: GrantChannel;
  /** Kinds of account that may send it. */
  readonly kinds: readonly AccountKind[];
  readonly path: string;
  readonly grants: ChannelGrants;
  /** Whether the form id or prepay id that gave the grant is part of the body. */
  readonly postsFormId?: boolean;
  /**
   * Whether WeChat lists its templates (`wxaapi/newtmpl/gettemplate`), so that a message can be held against
   * its own.
   */
  readonly readsTemplates?: boolean;
  /** Since when the platform does not offer it any more, where it does not. */
  readonly retired?: string;
  /** What a caller gives. */
  readonly input: InputClass<Input>;
  /** Of that, what the message says: all there is to give for one that goes to many. */
  readonly contentInput: InputClass<object>;
  /**
   * A checked input as the library works with it. Optional fields may be null as well as absent: from here on
   * they are absent.
   */
  contentOf(input: Input): Content;
  /** Rules beyond those of the input: for an account of this kind, and of the template where it is known. */
  check(message: SharedMessage<Content>, kind: AccountKind, template?: SubscribeTemplate): FieldError[];
  /**
   * The body as WeChat wants it, JSON text, for each recipient of one message. What they share is written
   * once: a broadcast posts the same to hundreds of thousands.
   */
  body(message: SharedMessage<Content>): (recipient: Recipient) => string;
}

/** Injection token of all channels. */
export const CHANNELS = Symbol('CHANNELS');
