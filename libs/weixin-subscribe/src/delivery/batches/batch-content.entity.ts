import { Column } from 'typeorm';
import { PrimaryIdColumn } from '../../sql/id-column.js';
import { WeixinEntity } from '../../sql/weixin-entity.js';

/**
 * What a message of a batch says that is in flight, where that is not what its batch says: written before it
 * is posted, so that it survives a crash, and deleted when it has ended.
 */
@WeixinEntity('batch_content')
export class BatchContentEntity {
  /** The message's. */
  @PrimaryIdColumn()
  id!: string;

  /** JSON of MessageContent. */
  @Column({ type: 'text' })
  content!: string;
}
