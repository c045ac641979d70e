import { SERVICE_KINDS } from '../../account/account-kinds.js';
import { Described } from '../../kernel/schema.js';
import type { KeywordContent } from '../ledger/message.types.js';
import type { Channel } from './channel.js';
import {
  checkKeywordContent,
  NoticeContentDto,
  subscribeBody,
  subscribeContentOf,
} from './dto/keyword-content.dto.js';
import { messageRequest } from './dto/message-request.dto.js';

/** One subscription notice of an official account to one person, for one accept. */
@Described('Subscription notice of an official account (channel service-notice)')
export class SendServiceNoticeDto extends messageRequest(NoticeContentDto) {}

/**
 * Subscription notice of an official account (订阅通知), `POST cgi-bin/message/subscribe/bizsend`;
 * docs/platform.md §6.2. Accepts add up there, without an end; those of a long-term template are one.
 */
export const serviceNoticeChannel: Channel<KeywordContent, SendServiceNoticeDto> = {
  name: 'service-notice',
  kinds: SERVICE_KINDS,
  path: '/cgi-bin/message/subscribe/bizsend',
  grants: { rule: 'count', perScene: false, perTemplate: true, paired: true },
  readsTemplates: true,
  input: SendServiceNoticeDto,
  contentInput: NoticeContentDto,
  contentOf: subscribeContentOf,
  check: ({ content }, _kind, template) => checkKeywordContent(content, template),
  body: subscribeBody,
};
