import { FieldReader } from '../common/field-reader.js';
import { UsageError } from '../common/usage-error.js';
import {
  authorizeComponent,
  backTo,
  isAuthorizationProblem,
  openAuthorization,
  readAuthorizationRequest,
} from '../component/authorization-page.js';
import { systemPush } from '../component/component-events.js';
import type { ComponentConfig, ComponentOptions } from '../component/component-options.js';
import type { PushRecord } from '../push/pushes.js';
import type { AuthorizeOptions, AuthorizeResult, ComponentVerbs } from './component-verbs.js';
import { SubscribeControl } from './subscribe-control.js';

/** The verbs of a third-party platform, in this process. */
export abstract class ComponentControl extends SubscribeControl implements ComponentVerbs {
  async pushTicket(): Promise<PushRecord> {
    const { clock, component, pushes } = this.platform;
    const config = this.component();
    const push = systemPush(config, 'component_verify_ticket', clock.now(), {
      ComponentVerifyTicket: component.issueTicket(),
    });
    return pushes.pushSystemAndWait(config, push);
  }

  authorizeComponent(options: AuthorizeOptions): AuthorizeResult {
    const fields = new FieldReader(options, 'authorize').onlyKnown(['appId', 'url', 'sets']);
    const account = this.platform.accounts.get(fields.requiredText('appId'));
    const { appId } = account;
    const config = this.component();
    const sets = fields.list('sets', (item) => Number(item));
    const address = fields.text('url');
    if (address === undefined) {
      const { code } = authorizeComponent(this.platform, config, { appId, sets });
      return { code };
    }
    const url = URL.canParse(address) ? new URL(address) : fields.fail('url', 'must be an absolute address');
    const request = readAuthorizationRequest(config, Object.fromEntries(url.searchParams));
    if (isAuthorizationProblem(request)) throw new UsageError(request.reason);
    const problem = openAuthorization(this.platform, request, account);
    if (problem) throw new UsageError(problem.reason);
    const { preAuthCode } = request;
    const issued = authorizeComponent(this.platform, config, { appId, sets, preAuthCode });
    return { code: issued.code, redirectTo: backTo(request.redirectUri, issued) };
  }

  async revokeComponent(appId: string): Promise<PushRecord> {
    const { accounts, clock, component, pushes } = this.platform;
    const config = this.component();
    if (!component.revoke(accounts.get(appId).appId))
      throw new UsageError(`appId: "${appId}" has not authorised the platform`);
    const push = systemPush(config, 'unauthorized', clock.now(), { AuthorizerAppid: appId });
    return pushes.pushSystemAndWait(config, push);
  }

  killComponentTokens(): number {
    return this.platform.component.killTokens();
  }

  updateComponent(patch: Partial<Omit<ComponentOptions, 'appId'>>): void {
    this.component();
    this.platform.component.update(patch);
  }

  private component(): ComponentConfig {
    const { config } = this.platform.component;
    if (!config) throw new UsageError('component: there is no third-party platform');
    return config;
  }
}
