import { Column, Index, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../sql/epoch-column.js';
import { WeixinEntity } from '../sql/weixin-entity.js';

/**
 * One row for every scene that has a purpose. Its key is what keeps two purposes off one scene. Written by
 * SceneRepository only.
 */
@WeixinEntity('scene')
// One scene for each purpose, however many processes ask for it at once.
@Index('uq_weixin_scene_purpose', ['appId', 'templateId', 'purpose'], { unique: true })
export class SceneEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @PrimaryColumn({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  @PrimaryColumn({ type: 'int' })
  scene!: number;

  @Column({ type: 'varchar', length: 128 })
  purpose!: string;

  @EpochColumn({ name: 'assigned_at' })
  assignedAt!: Date;

  @EpochColumn({ name: 'used_at' })
  usedAt!: Date;

  @EpochColumn({ name: 'released_at', nullable: true })
  releasedAt!: Date | null;
}
