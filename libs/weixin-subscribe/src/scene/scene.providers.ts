import type { Provider } from '@nestjs/common';
import { SceneRegistry } from './scene.registry.js';
import { SceneRepository } from './scene.repository.js';

export const SCENE_PROVIDERS: Provider[] = [SceneRepository, SceneRegistry];
