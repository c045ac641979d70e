import { Module } from '@nestjs/common';
import { SceneRegistry } from './scene.registry.js';
import { SceneRepository } from './scene.repository.js';

/** Which scene is for what. */
@Module({
  providers: [SceneRepository, SceneRegistry],
  exports: [SceneRegistry, SceneRepository],
})
export class SceneModule {}
