import { digest } from '../../kernel/secret.js';
import type { TelemetryAttributes } from '../../kernel/telemetry.js';
import type { MessageRecord, OutgoingMessage } from './message.types.js';

/** What a span of a message starts with, for samplers that go by it. */
export const startAttributesOf = ({
  appId,
  templateId,
}: Pick<OutgoingMessage, 'appId' | 'templateId'>): TelemetryAttributes => ({
  'weixin.app_id': appId,
  'weixin.template_id': templateId,
});

/**
 * What else a span tells of a message, worth its cost only where the span is recorded. The person appears as
 * a digest that differs between accounts.
 */
export const attributesOf = ({ id, appId, openid, channel }: MessageRecord): TelemetryAttributes => ({
  'weixin.message_id': id,
  'weixin.channel': channel,
  'weixin.person': digest(`${appId} ${openid}`).slice(0, 16),
});
