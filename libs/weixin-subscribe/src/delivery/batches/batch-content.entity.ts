import { Column, Entity, PrimaryColumn } from 'typeorm';
import { TABLE_PREFIX } from '../../sql/table-prefix.js';

/**
 * What a message of a batch says that is in flight, where that is not what its batch says: written before it
 * is posted, so that it survives a crash, and deleted when it has ended.
 */
@Entity(`${TABLE_PREFIX}batch_content`)
export class BatchContentEntity {
  /** The message's. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  /** JSON of MessageContent. */
  @Column({ type: 'text' })
  content!: string;
}
