import { IsIdentifier, IsLike } from '../common/validation.js';

export class TokenParamsDto {
  @IsIdentifier(32)
  appId!: string;
}

export class RefreshTokenDto {
  /** The token that WeChat refused. */
  @IsLike(/^[\x21-\x7e]{1,2048}$/, '1 to 2048 printable ASCII characters')
  accessToken!: string;
}

export interface TokenReply {
  accessToken: string;
  /** Whole seconds that remain. */
  expiresIn: number;
  /** ISO 8601, UTC. */
  expiresAt: string;
}
