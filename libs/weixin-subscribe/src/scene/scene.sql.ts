import type { SqlStep, SqlValue } from '../sql/sql-step.js';
import { integer, moment, optional, type RowOf, Table, text } from '../sql/table.js';
import type { Scene, ScenePurpose } from './scene.types.js';

export const SCENES = new Table('weixin_scene', {
  app_id: text(),
  template_id: text(),
  scene: integer(),
  purpose: text(),
  assigned_at: moment(),
  used_at: moment(),
  released_at: optional(moment()),
});
export type SceneRow = RowOf<typeof SCENES>;

export const OF_PURPOSE = 'app_id = ? AND template_id = ? AND purpose = ?';

export function purposeParams({ appId, templateId, purpose }: ScenePurpose): SqlValue[] {
  return [appId, templateId, purpose];
}

/** Of whose purpose nothing more is to be expected. */
const GIVEN_BACK = '(released_at IS NOT NULL OR used_at < ?)';

/**
 * Looks for what holds a scene: each a SELECT of one row of an index.
 * @param here `app_id = ? AND template_id = ? AND scene = …`, the condition of each, with its only parameters
 */
export type SceneUse = (here: string) => string[];

/**
 * Nobody has an intent open under the scene, and nobody holds a grant under it. Registered or not: a
 * host may choose scenes by hand.
 *
 * Written as scalars, since PostgreSQL and MariaDB would make a join of NOT EXISTS and may read every live
 * grant for it.
 */
function idle(looks: string[]): string {
  return looks.map((look) => `(${look} LIMIT 1) IS NULL`).join(' AND ');
}

const under = (scene: string) => `app_id = ? AND template_id = ? AND scene = ${scene}`;

/** How many scenes {@link idleAmong} looks at. */
export const SCENES_AT_ONCE = 50;

const GIVEN_SCENES = Array.from({ length: SCENES_AT_ONCE }, () => 'SELECT ? + 0 AS scene').join(
  ' UNION ALL ',
);

/** Which of the given scenes are idle, in no order. */
export function idleAmong(
  use: SceneUse,
  { appId, templateId }: ScenePurpose,
  scenes: number[],
): { sql: string; params: SqlValue[] } {
  const nowhere = Array.from({ length: SCENES_AT_ONCE - scenes.length }, () => -1);
  const looks = use(under('given.scene'));
  return {
    sql: `SELECT given.scene FROM (${GIVEN_SCENES}) given WHERE ${idle(looks)}`,
    params: [...scenes, ...nowhere, ...looks.flatMap(() => [appId, templateId])],
  };
}

/**
 * Gives a scene to a purpose, in one transaction: the row of a purpose that gave it back goes, and the new
 * one comes only where the scene is idle. That condition is one statement, so it looks at one moment
 * (PostgreSQL and MariaDB: READ COMMITTED, where `INSERT … SELECT` reads a snapshot of its own without locks;
 * SQLite: one writer). At any moment an intent is open, or its confirm is committed and the grant is there:
 * both are written together. So a confirm can not slip between. The two unique keys refuse a scene or a
 * purpose that somebody else took meanwhile; whoever revives the old purpose first makes the first statement
 * find nothing, and the second one fail.
 */
export function assignSteps(
  use: SceneUse,
  key: ScenePurpose,
  scene: number,
  now: number,
  unusedSince: number,
): SqlStep[] {
  const looks = use(under('?'));
  const { appId, templateId, purpose } = key;
  return [
    {
      name: 'remove given back',
      sql: `DELETE FROM weixin_scene WHERE app_id = ? AND template_id = ? AND scene = ? AND ${GIVEN_BACK}`,
      params: [appId, templateId, scene, unusedSince],
    },
    {
      name: 'assign scene',
      sql: `INSERT INTO ${SCENES.name} (${SCENES.list}) SELECT ?, ?, ?, ?, ?, ?, NULL FROM (SELECT 1 AS one) here WHERE ${idle(looks)}`,
      params: [
        appId,
        templateId,
        scene,
        purpose,
        now,
        now,
        ...looks.flatMap(() => [appId, templateId, scene]),
      ],
      expect: 'one',
    },
  ];
}

/**
 * Keeps the scene of a purpose that is not released, for an intent that is written in the same transaction.
 * A reuse waits for its row and then finds it used, or was first: then this affects no row. Intents of one
 * purpose wait for each other that long.
 */
export function askStep(key: ScenePurpose & Pick<Scene, 'scene'>, now: number): SqlStep {
  return {
    name: 'ask under scene',
    sql: `UPDATE weixin_scene SET used_at = ? WHERE ${OF_PURPOSE} AND scene = ? AND released_at IS NULL`,
    params: [now, ...purposeParams(key), key.scene],
    expect: 'one',
  };
}

/** Keeps a scene with its purpose, released or not; affects no row once another purpose has it. */
export function useStep(key: ScenePurpose & Pick<Scene, 'scene'>, now: number): SqlStep {
  return {
    name: 'use scene',
    sql: `UPDATE weixin_scene SET used_at = ?, released_at = NULL WHERE ${OF_PURPOSE} AND scene = ?`,
    params: [now, ...purposeParams(key), key.scene],
    expect: 'one',
  };
}
