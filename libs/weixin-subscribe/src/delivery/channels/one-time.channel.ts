import { type AccountKind, OFFICIAL_KINDS } from '../../account/account-kinds.js';
import type { FieldError } from '../../kernel/errors.js';
import { Described } from '../../kernel/schema.js';
import { IsScene } from '../../kernel/validation.js';
import type { OneTimeContent, Recipient, SharedMessage } from '../ledger/message.types.js';
import type { Channel } from './channel.js';
import { contentOf, MessageContentDto } from './dto/message-content.dto.js';
import { messageRequest } from './dto/message-request.dto.js';

/** One one-time subscription message to one person, for one grant. */
@Described('One-time subscription message (channel one-time)', {
  example: {
    appId: 'wxaba38c7f163da69b',
    openid: 'oABC-the_openid_that_the_confirm_brought',
    templateId: '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc',
    scene: 42,
    title: '上课提醒',
    content: { value: '高等数学 8:50 开始\n教室 A-301', color: '#173177' },
    url: 'https://remind.example.com/courses/42',
  },
})
export class SendMessageDto extends messageRequest(MessageContentDto) {
  /** 0–10000, the scene under which the person confirmed. */
  @IsScene()
  @Described('Under which the person confirmed')
  scene!: number;
}

/**
 * One-time subscription message (一次性订阅消息), `POST cgi-bin/message/template/subscribe`; docs/platform.md §3.1.
 */
export const oneTimeChannel: Channel<OneTimeContent, SendMessageDto> = {
  name: 'one-time',
  kinds: [...OFFICIAL_KINDS, 'mobile-app'],
  path: '/cgi-bin/message/template/subscribe',
  grants: { rule: 'account', perScene: true, perTemplate: true },
  input: SendMessageDto,
  contentInput: MessageContentDto,
  contentOf,

  check({ content }: SharedMessage<OneTimeContent>, kind: AccountKind): FieldError[] {
    // Only the official-account guide lists the block; in a mobile app's message it would be an unknown field
    // (§11).
    return content.miniprogram && kind === 'mobile-app'
      ? [{ field: 'miniprogram', message: 'miniprogram is not available for a mobile-app account; use url' }]
      : [];
  },

  body({ templateId, content: { title, content, url, miniprogram } }: SharedMessage<OneTimeContent>) {
    const before = JSON.stringify({
      template_id: templateId,
      url,
      miniprogram: miniprogram ? { appid: miniprogram.appId, pagepath: miniprogram.pagepath } : undefined,
    });
    const after = JSON.stringify({
      title,
      data: { content: { value: content.value, color: content.color } },
    });
    const [middle, end] = [before.slice(1, -1), after.slice(1)];
    // The scene is a decimal string, as the documentation types it (§3.2).
    return ({ openid, scene }: Recipient) =>
      `{"touser":${JSON.stringify(openid)},${middle},"scene":"${scene}",${end}`;
  },
};
