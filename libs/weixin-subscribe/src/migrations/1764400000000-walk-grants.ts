import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const TABLE = 'weixin_grant';
const available = "status = 'available'";

const WALK = new TableIndex({
  name: 'ix_weixin_grant_walk',
  columnNames: ['app_id', 'template_id', 'status', 'scene', 'proof', 'granted_at', 'id'],
  where: available,
});

const SCENE = new TableIndex({
  name: 'ix_weixin_grant_scene',
  columnNames: ['app_id', 'template_id', 'scene', 'status', 'granted_at', 'id'],
  where: available,
});

/**
 * Lets a broadcast walk the grants of a template in one order, under one scene or under all, those with a proven openid first. It takes the place of the
 * index by scene.
 */
export class WalkGrants1764400000000 implements MigrationInterface {
  name = 'WalkGrants1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex(TABLE, WALK);
    await runner.dropIndex(TABLE, SCENE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex(TABLE, SCENE);
    await runner.dropIndex(TABLE, WALK);
  }
}
