import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';
import { columnsFor, nullable, primary } from './columns.js';

const SCENE = ['app_id', 'template_id', 'scene'];

/** Scenes and their purposes, and what tells at once whether a scene is in use. */
export class AddWeixinScene1763900000000 implements MigrationInterface {
  name = 'AddWeixinScene1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await createScene(runner);
    await runner.createIndex('weixin_grant', HELD);
    await runner.createIndex('weixin_intent', OPEN);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('weixin_intent', OPEN);
    await runner.dropIndex('weixin_grant', HELD);
    await runner.dropTable('weixin_scene');
  }
}

const HELD = new TableIndex({
  name: 'ix_weixin_grant_held',
  columnNames: SCENE,
  where: "status IN ('claimed', 'unknown')",
});

const OPEN = new TableIndex({
  name: 'ix_weixin_intent_open',
  columnNames: SCENE,
  where: "status = 'pending'",
});

async function createScene(runner: QueryRunner): Promise<void> {
  const { text, int, epoch } = columnsFor(runner);
  await runner.createTable(
    new Table({
      name: 'weixin_scene',
      columns: [
        text('app_id', 32, primary),
        text('template_id', 64, primary),
        int('scene', primary),
        text('purpose', 128),
        epoch('assigned_at'),
        epoch('used_at'),
        epoch('released_at', nullable),
      ],
      indices: [
        new TableIndex({
          name: 'uq_weixin_scene_purpose',
          columnNames: ['app_id', 'template_id', 'purpose'],
          isUnique: true,
        }),
      ],
    }),
  );
}
