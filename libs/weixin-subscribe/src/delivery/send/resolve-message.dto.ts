import { Described } from '../../kernel/schema.js';
import { IsOneOf } from '../../kernel/validation.js';
import { RESOLUTIONS, type Resolution } from '../ledger/resolution.js';

/** What a person knows about a message whose outcome is unknown. */
export class ResolveMessageDto {
  /** `sent`: its grant is spent. `not-sent`: it ends as `failed`, its grant may be used again. */
  @IsOneOf(RESOLUTIONS)
  @Described('sent: its grant is spent. not-sent: it ends as failed, and its grant may be used again')
  outcome!: Resolution;
}
