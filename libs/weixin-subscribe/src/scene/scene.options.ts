import type { Given, OptionChecks } from '../kernel/option-checks.js';
import { IsScene } from '../kernel/validation.js';

/**
 * The scenes that `SceneRegistry` may give to purposes, of every account and template. Choose scenes by hand
 * outside of them only.
 */
export class SceneConfig {
  /** The lowest, 0–10,000. @default 0 */
  @IsScene()
  readonly from: number = 0;

  /** The highest, 0–10,000; not below `from`. @default 10000 */
  @IsScene()
  readonly to: number = 10_000;
}

export type SceneOptions = Given<SceneConfig>;

export function resolveScenes(checks: OptionChecks, given: SceneOptions | undefined): SceneConfig {
  const scenes = checks.read('scenes', SceneConfig, given);
  const { from, to } = scenes;
  if (from > to) checks.refuse('scenes.from', `must not be above "scenes.to", got ${from} and ${to}`);
  return scenes;
}
