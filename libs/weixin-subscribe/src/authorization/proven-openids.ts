import { Injectable } from '@nestjs/common';
import { LoginCodeRefusedError } from '../identity/identity.errors.js';
import { OAuthService } from '../identity/oauth.service.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { SnapshotUserError, StateExpiredError } from './authorization.errors.js';
import { AuthorizationConfig } from './authorization.options.js';
import { AuthorizationUrls } from './authorization-urls.js';
import { IntentRepository } from './intent.repository.js';
import type { Intent } from './intent.types.js';

/**
 * Whose browser an intent is for, asked of WeChat before the person is: with `authorization.oauth: 'base'`
 * the openid of a confirm has to be the one that WeChat's OAuth gave for the same intent.
 */
@Injectable()
export class ProvenOpenids {
  private readonly exchanges = new SharedCalls<void>();

  constructor(
    private readonly oauth: OAuthService,
    private readonly intents: IntentRepository,
    private readonly urls: AuthorizationUrls,
    private readonly config: AuthorizationConfig,
  ) {}

  /** Whether a confirm of this intent may be taken from its browser. */
  isRequired({ flow, expectedOpenid }: Pick<Intent, 'flow' | 'expectedOpenid'>): boolean {
    return this.config.oauth === 'base' && flow === 'web' && expectedOpenid === undefined;
  }

  /**
   * Where the browser goes first. The state is that of the intent.
   * @throws {InvalidOptionsError} {@link UnknownAccountError}
   */
  url(appId: string, state: string): string {
    const { openBaseUrl } = this.config;
    return this.oauth.url({ openBaseUrl, appId, state, redirectUrl: this.urls.oauthCallbackUrl() });
  }

  /**
   * Writes down whose browser it is, once. A code is exchanged once, too: who comes again (a reload) finds it
   * done.
   * @throws {SnapshotUserError} {@link LoginCodeRefusedError} {@link LoginUnavailableError}
   * {@link StateExpiredError} {@link AccountDisabledError} {@link TokenUnavailableError}
   * {@link DatabaseError}
   */
  async prove(intent: Intent, stateDigest: string, code: string): Promise<void> {
    if (intent.expectedOpenid !== undefined) return;
    await this.exchanges.run(intent.id, async () => {
      // Who comes now may have read the intent before the exchange ahead of it was done.
      if (await this.isProven(stateDigest)) return;
      try {
        const { openid, isSnapshot } = await this.oauth.identify(intent.appId, code);
        if (isSnapshot) throw new SnapshotUserError();
        if (await this.intents.expectOpenid(intent.id, openid)) return;
      } catch (error) {
        if (!(error instanceof LoginCodeRefusedError)) throw error;
        // Another process may have exchanged it for the same browser.
        if (!(await this.isProven(stateDigest))) throw error;
        return;
      }
      if (!(await this.isProven(stateDigest))) throw new StateExpiredError(intent.expiresAt);
    });
  }

  private async isProven(stateDigest: string): Promise<boolean> {
    return (await this.intents.findByState(stateDigest))?.expectedOpenid !== undefined;
  }
}
