import type { TelemetryAttributes } from '../kernel/telemetry.js';

/** Of asking a person, until the intent is written. */
export const REQUEST_SPAN = 'weixin subscription request';
/** Of taking what the person answered, until the grant is written. */
export const RESULT_SPAN = 'weixin subscription result';

interface Asked {
  appId: string;
  templateId: string;
}

export const requestAttributes = ({ appId, templateId }: Asked): TelemetryAttributes => ({
  'weixin.app_id': appId,
  'weixin.template_id': templateId,
});

export const resultAttributes = (asked: Asked, status: string): TelemetryAttributes => ({
  ...requestAttributes(asked),
  'weixin.subscription': status,
});
