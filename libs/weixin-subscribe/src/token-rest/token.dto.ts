import { Described } from '../kernel/schema.js';
import { IsAppId, IsLike } from '../kernel/validation.js';
import { TOKEN_PATTERN, TOKEN_SHAPE } from '../token/access-token.js';

export class TokenParamsDto {
  @IsAppId()
  appId!: string;
}

export class RefreshTokenDto {
  /** The token that WeChat refused. */
  @IsLike(TOKEN_PATTERN, TOKEN_SHAPE)
  @Described('The token that WeChat refused')
  accessToken!: string;
}

export interface TokenReply {
  accessToken: string;
  /** Whole seconds that remain. */
  expiresIn: number;
  /** ISO 8601, UTC. */
  expiresAt: string;
}

export interface TicketReply {
  ticket: string;
  /** Whole seconds that remain, as far as WeChat tells. */
  expiresIn: number;
  /** ISO 8601, UTC. */
  expiresAt: string;
}
