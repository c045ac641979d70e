import { UnknownAccountError } from '../account/account.errors.js';
import type { ComponentPlatform } from '../account/component.options.js';
import { CentralTokenService } from '../token/central-token.service.js';
import type { MintingAccount } from '../token/store/token.store.js';

const REFRESH_MARGIN_MS = 600_000;

/** The machinery of access_tokens, for the component_access_token: one mint for all processes. */
export class ComponentTokenService extends CentralTokenService {
  private platform?: ComponentPlatform;

  of(platform: ComponentPlatform | undefined): this {
    this.platform = platform;
    return this;
  }

  protected override account(appId: string): MintingAccount {
    if (this.platform?.appId !== appId) throw new UnknownAccountError(appId);
    const { appSecret, secretId } = this.platform;
    return {
      appId,
      kind: 'official-account',
      enabled: true,
      credential: { kind: 'secret', id: secretId, appSecret },
      templates: new Map(),
      longTerm: new Map(),
      grantRule: 'set',
      tokenFamily: 'component',
      refreshMarginMs: REFRESH_MARGIN_MS,
    };
  }

  /** It is no account that could be switched off. */
  protected override permit(): void {}
}
