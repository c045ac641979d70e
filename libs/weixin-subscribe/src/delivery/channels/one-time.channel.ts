import type { AccountKind } from '../../common/config/options.js';
import type { FieldError } from '../../common/errors.js';
import type { OutgoingMessage } from '../message.types.js';
import type { Channel } from './channel.js';

/** One-time subscription message (一次性订阅消息), `POST cgi-bin/message/template/subscribe`; weixin-api.md §3.1. */
export const oneTimeChannel: Channel = {
  name: 'one-time',
  kinds: ['official-account', 'mobile-app'],
  path: '/cgi-bin/message/template/subscribe',

  check({ content }: OutgoingMessage, kind: AccountKind): FieldError[] {
    // Only the official-account guide lists the block; in a mobile app's message it would be an unknown field (§11).
    return content.miniprogram && kind === 'mobile-app'
      ? [{ field: 'miniprogram', message: 'miniprogram is not available for a mobile-app account; use url' }]
      : [];
  },

  body({ openid, templateId, scene, content: { title, content, url, miniprogram } }: OutgoingMessage) {
    return {
      touser: openid,
      template_id: templateId,
      ...(url !== undefined && { url }),
      ...(miniprogram && { miniprogram: { appid: miniprogram.appId, pagepath: miniprogram.pagepath } }),
      // A decimal string, as the documentation types it (§3.2).
      scene: String(scene),
      title,
      data: {
        content: { value: content.value, ...(content.color !== undefined && { color: content.color }) },
      },
    };
  },
};
