import { WeixinSubscribeError } from '../common/errors.js';

/** Every scene of the range is taken: by a purpose, by somebody's live permission, or by an open question. Nothing was written. */
export class ScenesExhaustedError extends WeixinSubscribeError {
  readonly code = 'WEIXIN_SCENES_EXHAUSTED';

  constructor(
    readonly appId: string,
    readonly templateId: string,
    range: { from: number; to: number },
  ) {
    super(
      `no scene from ${range.from} to ${range.to} is free for template "${templateId}" of account "${appId}"`,
      {
        remedy:
          'Release the purposes that are over, or widen the "scenes" option (at most 0 to 10000); a scene is free again once no permission and no open question is left under it.',
      },
    );
  }
}
