// What a host names of this room. Scenes by purpose.

export { SceneEntity } from './scene.entity.js';
export { PurposeUnknownError, ScenesExhaustedError } from './scene.errors.js';
export type { SceneOptions } from './scene.options.js';
export { SceneRegistry } from './scene.registry.js';
export type { Scene, SceneFilter, ScenePurpose } from './scene.types.js';
