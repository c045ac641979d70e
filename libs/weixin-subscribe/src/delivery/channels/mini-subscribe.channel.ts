import { Described } from '../../kernel/schema.js';
import type { KeywordContent } from '../ledger/message.types.js';
import type { Channel } from './channel.js';
import {
  checkKeywordContent,
  SubscribeContentDto,
  subscribeBody,
  subscribeContentOf,
} from './dto/keyword-content.dto.js';
import { messageRequest } from './dto/message-request.dto.js';

/** One subscription message of a mini-program to one person, for one accept. */
@Described('Subscription message of a mini-program (channel mini-subscribe)')
export class SendMiniSubscribeDto extends messageRequest(SubscribeContentDto) {}

/**
 * Subscription message of a mini-program (订阅消息), `POST cgi-bin/message/subscribe/send`; docs/platform.md
 * §6.1. Accepts add up there, without an end; those of a long-term template are one.
 */
export const miniSubscribeChannel: Channel<KeywordContent, SendMiniSubscribeDto> = {
  name: 'mini-subscribe',
  kinds: ['mini-program'],
  path: '/cgi-bin/message/subscribe/send',
  grants: { rule: 'count', perScene: false, perTemplate: true, paired: true },
  readsTemplates: true,
  input: SendMiniSubscribeDto,
  contentInput: SubscribeContentDto,
  contentOf: subscribeContentOf,
  check: ({ content }, _kind, template) => checkKeywordContent(content, template),
  body: subscribeBody,
};
