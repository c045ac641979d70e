import { IsOptional } from 'class-validator';
import { Described } from '../kernel/schema.js';
import { FromDigits, IsAppId, IsText, IsWhole } from '../kernel/validation.js';

/** `GET component/callback`: WeChat adds `expires_in`, and may add more. */
export class ComponentCallbackDto {
  @IsText(1, 512)
  @Described('The authorization_code')
  auth_code!: string;

  @IsOptional()
  @FromDigits()
  @IsWhole(0, 1_000_000)
  expires_in?: number;
}

/** `POST component/authorizations` */
export class AuthorizationDto {
  @IsOptional()
  @IsAppId()
  @Described('The account that is to authorise, if it is known: WeChat lets no other one')
  appId?: string;
}

/** `GET component/authorizers` */
export class AuthorizerQueryDto {
  /** The appId that the page before this one ended with. */
  @IsOptional()
  @IsAppId()
  after?: string;

  @IsOptional()
  @FromDigits()
  @IsWhole(1, 100)
  @Described('How many at most', { default: 100 })
  limit?: number;
}
