import type { Channel } from './channel.js';
import { miniSubscribeChannel } from './mini-subscribe.channel.js';
import { miniTemplateChannel } from './mini-template.channel.js';
import { oneTimeChannel } from './one-time.channel.js';
import { serviceNoticeChannel } from './service-notice.channel.js';

/** All channels. A new one is a file, a name in GRANT_CHANNELS, and a line here. */
export const CHANNEL_LIST: readonly Channel[] = [
  oneTimeChannel,
  miniSubscribeChannel,
  serviceNoticeChannel,
  miniTemplateChannel,
];
