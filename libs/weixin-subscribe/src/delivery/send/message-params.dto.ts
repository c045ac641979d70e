import { IsUuid } from '../../kernel/validation.js';

export class MessageParamsDto {
  @IsUuid('a message id (UUID)')
  id!: string;
}
