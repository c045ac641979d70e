import { Column, PrimaryColumn } from 'typeorm';
import { EpochColumn } from '../../sql/epoch-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';
import type { TemplateFindingKind } from './template-drift.js';

/**
 * One row for each configured template that WeChat lists, as it was listed last, with what was found about
 * it. Written by TemplateStateRepository only; read it as you like.
 */
@WeixinEntity('template')
export class TemplateStateEntity {
  @PrimaryColumn({ name: 'app_id', type: 'varchar', length: 32 })
  appId!: string;

  @PrimaryColumn({ name: 'template_id', type: 'varchar', length: 64 })
  templateId!: string;

  /** The keywords, with a comma between them; empty where WeChat has never listed it. */
  @Column({ type: 'varchar', length: 512 })
  keywords!: string;

  @Column({ type: 'varchar', length: 16, nullable: true })
  finding!: TemplateFindingKind | null;

  @EpochColumn({ name: 'found_at', nullable: true })
  foundAt!: Date | null;

  @Column({ type: 'varchar', length: 255, nullable: true })
  detail!: string | null;
}
