import { IsLike } from '../../kernel/validation.js';

export class MessageParamsDto {
  @IsLike(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a message id (UUID)', { shown: true })
  id!: string;
}
