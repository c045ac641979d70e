import { plainToInstance, Transform } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsDefined, IsOptional, Matches, ValidateNested } from 'class-validator';
import type { ServiceClientOptions, TokenFamily } from 'nestjs-weixin-subscribe';
import { AccountVariable } from './account.variable.js';
import {
  DistinctBy,
  HttpOrigin,
  HttpUrl,
  HttpUrls,
  NotSupportedYet,
  OneOf,
  parseJson,
  ServiceKeys,
  WholeNumber,
} from './rules.js';

const ACCOUNTS = {
  message:
    'must be set to a JSON list of your WeChat accounts, for example\n' +
    '  WEIXIN_ACCOUNTS=\'[{"appId":"wx1234567890abcdef","appSecret":"APP_SECRET","kind":"official-account","templates":["TEMPLATE_ID"]}]\'\n' +
    '  Without an account: `npm run demo` brings a simulated WeChat.',
};

/** What `npm run migrate` needs. */
export class DatabaseEnvironment {
  /** `sqlite:<file>`, `postgres://…` or `mysql://…`. */
  @Matches(/^(sqlite:.+|(postgres|postgresql|mysql|mariadb):\/\/.+)$/s, {
    message: 'must be sqlite:<file>, postgres://<user>:<password>@<host>/<database> or mysql://…',
  })
  DATABASE_URL = 'sqlite:data/demo.sqlite';
}

/** Every variable of the demo, with its default. The names are those of the environment, so that an error can say them. */
export class Environment extends DatabaseEnvironment {
  /** Where the app listens. */
  @WholeNumber(0, 65_535)
  PORT = 3000;

  /** The app's own address as browsers see it. @default http://localhost:PORT */
  @HttpOrigin()
  PUBLIC_BASE_URL!: string;

  /** Your WeChat accounts, as JSON. */
  @Transform(({ value }) => {
    const accounts = parseJson(value);
    return Array.isArray(accounts) ? plainToInstance(AccountVariable, accounts) : accounts;
  })
  @IsDefined(ACCOUNTS)
  @IsArray(ACCOUNTS)
  @ArrayNotEmpty(ACCOUNTS)
  @DistinctBy('appId')
  @ValidateNested({ each: true, message: 'must be a JSON object' })
  WEIXIN_ACCOUNTS!: AccountVariable[];

  /** WeChat's API, or a stand-in for it. */
  @HttpUrl()
  WEIXIN_API_BASE_URL = 'https://api.weixin.qq.com';

  /** WeChat's confirm page, or a stand-in for it. */
  @HttpUrl()
  WEIXIN_MP_BASE_URL = 'https://mp.weixin.qq.com';

  /** Which kind of access_token. */
  @OneOf(['token', 'stable'])
  WEIXIN_TOKEN_FAMILY: TokenFamily = 'token';

  /**
   * Name → key of the services that may call the token, message and grant doors, or name → its keys, scopes and accounts. Without any, those doors
   * are closed.
   */
  @ServiceKeys()
  WEIXIN_SERVICE_KEYS: Record<string, string | string[] | ServiceClientOptions> = {};

  /** Where browsers may be sent after they answered, besides this app itself. */
  @HttpUrls()
  WEIXIN_RETURN_TO: string[] = [];

  /** Calls per minute at the public doors, per address; 0 switches the limit off. */
  @WholeNumber(0, 1_000_000)
  RATE_LIMIT_PER_MINUTE = 60;

  /** This process mints the tokens itself. */
  @IsOptional()
  @OneOf(['central'])
  WEIXIN_TOKEN_ROLE = 'central';

  @NotSupportedYet()
  WEIXIN_CENTRAL_URL?: never;

  @NotSupportedYet()
  WEIXIN_CENTRAL_KEY?: never;

  @NotSupportedYet()
  REDIS_URL?: never;
}
