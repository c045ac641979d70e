import { IsOptional } from 'class-validator';
import { IsChoice, IsSetAndFit, type OptionChecks } from '../kernel/option-checks.js';
import { digest, Secret } from '../kernel/secret.js';

/** Which accounts may authorise: the `auth_type` of WeChat's page. */
export const COMPONENT_AUDIENCES = ['official-accounts', 'mini-programs', 'both'] as const;
export type ComponentAudience = (typeof COMPONENT_AUDIENCES)[number];

/**
 * A third-party platform (第三方平台) of the Open Platform: the accounts that authorise it have the credential
 * `authorizer`. From its page on open.weixin.qq.com.
 */
export class ComponentOptions {
  /** component_appid. */
  @IsSetAndFit(/^[\w-]{1,32}$/, 'must be 1–32 letters, digits, "_" or "-"')
  appId!: string;

  /** component_appsecret. Never logged, never returned. */
  @IsSetAndFit(/^\S+$/, 'must be text without white space')
  appSecret!: string | undefined;

  /** The Token of its pushes (消息校验Token), 3–32 letters or digits. Never logged. */
  @IsSetAndFit(/^[A-Za-z0-9]{3,32}$/, 'must be 3–32 letters or digits')
  token!: string | undefined;

  /** The key of its pushes (消息加解密Key), 43 letters or digits. Never logged. */
  @IsSetAndFit(/^[A-Za-z0-9+/]{43}$/, 'must be the 43 characters that the console shows')
  encodingAesKey!: string | undefined;

  /** @default 'both' */
  @IsChoice(COMPONENT_AUDIENCES)
  audience?: ComponentAudience = 'both';

  /**
   * Where the browser of an owner goes after the authorisation, an address of yours; `appId` of the account
   * is added to its query. @default a page of text
   */
  @IsOptional()
  returnTo?: string;
}

export interface ComponentPlatform {
  readonly appId: string;
  readonly appSecret: Secret;
  /** Tells secrets apart, and is none. */
  readonly secretId: string;
  readonly token: Secret;
  readonly encodingAesKey: Secret;
  readonly audience: ComponentAudience;
  readonly returnTo?: string;
  /** Where the authorisation page is, without a slash at the end. */
  readonly mpBaseUrl: string;
}

export abstract class ComponentConfig {
  /** Absent: this application is no third-party platform. */
  abstract readonly platform?: ComponentPlatform;
}

export function resolveComponent(
  checks: OptionChecks,
  given: ComponentOptions | undefined,
  { token, mpBaseUrl }: { token: { role?: string; encryption?: object }; mpBaseUrl: string },
): ComponentConfig {
  if (given === undefined || given === null) return {};
  if (token.role === 'remote')
    checks.refuse('component', 'is for a process that mints; with token.role "remote" its central has it');
  else if (token.encryption === undefined || token.encryption === null)
    checks.refuse('token.encryption', 'is missing: with "component" its keys seal refresh tokens');
  const { appId, appSecret, encodingAesKey, audience, returnTo, ...rest } = checks.read(
    'component',
    ComponentOptions,
    given,
  );
  return {
    platform: {
      appId,
      appSecret: new Secret(String(appSecret)),
      secretId: digest(String(appSecret)).slice(0, 16),
      token: new Secret(String(rest.token)),
      encodingAesKey: new Secret(String(encodingAesKey)),
      mpBaseUrl: mpBaseUrl.replace(/\/$/, ''),
      audience: audience as ComponentAudience,
      ...(returnTo !== undefined && { returnTo: checks.url('component.returnTo', returnTo).href }),
    },
  };
}
