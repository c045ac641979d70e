import { plainToInstance, Transform } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsDefined, IsOptional, Matches, ValidateNested } from 'class-validator';
import type { ServiceClientOptions, TokenFamily, TokenRole } from 'nestjs-weixin-subscribe';
import { AccountVariable, RemoteAccountVariable } from './account.variable.js';
import {
  CentralKey,
  CentralUrl,
  DistinctBy,
  HttpOrigin,
  HttpUrl,
  HttpUrls,
  isRemote,
  OneOf,
  parseJson,
  ServiceKeys,
  SimulatorUrl,
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

/**
 * Every variable of the demo, with its default. The names are those of the environment, so that an error can
 * say them.
 */
export class Environment extends DatabaseEnvironment {
  /** Where the app listens. */
  @WholeNumber(0, 65_535)
  PORT = 3000;

  /** The app's own address as browsers see it. @default http://localhost:PORT */
  @HttpOrigin()
  PUBLIC_BASE_URL!: string;

  /** Your WeChat accounts, as JSON. */
  @Transform(({ value, obj }) => {
    const accounts = parseJson(value);
    const type: new () => AccountVariable | RemoteAccountVariable = isRemote(obj)
      ? RemoteAccountVariable
      : AccountVariable;
    return Array.isArray(accounts) ? plainToInstance(type, accounts) : accounts;
  })
  @IsDefined(ACCOUNTS)
  @IsArray(ACCOUNTS)
  @ArrayNotEmpty(ACCOUNTS)
  @DistinctBy('appId')
  @ValidateNested({ each: true, message: 'must be a JSON object' })
  WEIXIN_ACCOUNTS!: (AccountVariable | RemoteAccountVariable)[];

  /** WeChat's API, or a stand-in for it. */
  @HttpUrl()
  WEIXIN_API_BASE_URL = 'https://api.weixin.qq.com';

  /** WeChat's confirm page, or a stand-in for it. */
  @HttpUrl()
  WEIXIN_MP_BASE_URL = 'https://mp.weixin.qq.com';

  /**
   * The simulator, to try things out only: whoever reaches the pages of the channels then answers for the
   * people of the simulator.
   */
  @SimulatorUrl()
  WEIXIN_SIMULATOR_URL?: string;

  /** Which kind of access_token. */
  @OneOf(['token', 'stable'])
  WEIXIN_TOKEN_FAMILY: TokenFamily = 'token';

  /**
   * Name → key of the services that may call the token, message, broadcast and grant endpoints, or name → its
   * keys, scopes and accounts. Without any, those endpoints are closed.
   */
  @ServiceKeys()
  WEIXIN_SERVICE_KEYS: Record<string, string | string[] | ServiceClientOptions> = {};

  /** Where browsers may be sent after they answered, besides this app itself. */
  @HttpUrls()
  WEIXIN_RETURN_TO: string[] = [];

  /** Calls per minute at the public endpoints, per address; 0 switches the limit off. */
  @WholeNumber(0, 1_000_000)
  RATE_LIMIT_PER_MINUTE = 60;

  /** Messages per second of broadcasts, of each account; 0 is no limit. */
  @WholeNumber(0, 100_000)
  WEIXIN_BROADCAST_RATE = 500;

  /**
   * `central`: this app fetches the tokens. `remote`: it holds no AppSecret and reads them from a central.
   */
  @OneOf(['central', 'remote'])
  WEIXIN_TOKEN_ROLE: TokenRole = 'central';

  /** The endpoints of the central, such as https://token.example.com/weixin. */
  @CentralUrl()
  WEIXIN_CENTRAL_URL?: string;

  /** One of our keys in the central's WEIXIN_SERVICE_KEYS. */
  @CentralKey()
  WEIXIN_CENTRAL_KEY?: string;

  /** Keeps the tokens, for all processes on it. Without it they are in the database. */
  @IsOptional()
  @Matches(/^rediss?:\/\/.+$/s, { message: 'must be redis://<host> or rediss://<host>' })
  REDIS_URL?: string;
}
