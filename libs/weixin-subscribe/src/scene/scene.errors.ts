import { WeixinSubscribeError } from '../kernel/errors.js';
import type { ScenePurpose } from './scene.types.js';

/** The purpose has no scene, or was released: nobody is asked for it any more. Nothing was written. */
export class PurposeUnknownError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_PURPOSE_UNKNOWN',
    status: 404,
    title: 'No such purpose',
    remedy: 'Name it to SceneRegistry.sceneFor first; do so again where it was released too early.',
  };

  constructor({ appId, templateId, purpose }: ScenePurpose) {
    super(`purpose "${purpose}" has no scene of template "${templateId}" of account "${appId}"`);
  }
}

/**
 * Every scene of the range is taken: by a purpose, by somebody's live grant, by an open intent, or by a
 * broadcast that is under way.
 * Nothing was written.
 */
export class ScenesExhaustedError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_SCENES_EXHAUSTED',
    status: 409,
    title: 'No scene is free',
    remedy:
      'Release the purposes that are over, or widen the "scenes" option (at most 0 to 10000); a scene is free again once no grant, no open intent and no broadcast is left under it.',
  };

  constructor(
    readonly appId: string,
    readonly templateId: string,
    range: { from: number; to: number },
  ) {
    super(
      `no scene from ${range.from} to ${range.to} is free for template "${templateId}" of account "${appId}"`,
    );
  }
}
