/** What a scene is for, in the host's words. */
export interface ScenePurpose {
  appId: string;
  templateId: string;
  /** 1–128 characters, e.g. `class:42`. */
  purpose: string;
}

/** A scene and what it is for. */
export interface Scene extends ScenePurpose {
  /** 0–10000. */
  scene: number;
  assignedAt: Date;
  /** When it was last asked for, to the hour. */
  usedAt: Date;
  /**
   * Set once the purpose is over: the scene goes to another one as soon as nobody holds a grant or has
   * an open intent under it.
   */
  releasedAt?: Date;
}

/** What tells whether a scene could go to another purpose. */
export type TakenScene = Pick<Scene, 'scene' | 'usedAt' | 'releasedAt'>;

/** Which scenes to list, in the order of their numbers. */
export interface SceneFilter {
  appId: string;
  templateId: string;
  /** Continue after this scene. */
  after?: number;
  /** 1–1,000. @default 1000 */
  limit?: number;
}
