import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { RouteUrls } from '../http/route-urls.js';
import { LibraryLogger } from '../kernel/library-logger.js';

/** The name of the route that takes pushes, for `RouteUrls`. */
export const PUSH_ROUTE = 'push';

/** The URLs that the console of WeChat is to be given for message push. */
@Injectable()
export class PushUrls implements OnApplicationBootstrap {
  private readonly logger = new LibraryLogger('WeixinPush');

  constructor(
    private readonly accounts: Accounts,
    private readonly routes: RouteUrls,
    private readonly routesConfig: BrowserRoutesConfig,
  ) {}

  /**
   * Said once, because whoever sets up the console cannot guess what prefix, version and router make of it.
   */
  onApplicationBootstrap(): void {
    if (!this.accounts.all().some(({ push }) => push)) return;
    const url = this.urlFor(':appId');
    if (url) this.logger.log(`the URL of message push is ${url.replace('%3AappId', '<appId>')}`);
  }

  /** See {@link PushEventService.urlOf}. */
  of(appId: string): string | undefined {
    return this.urlFor(this.accounts.get(appId).appId);
  }

  private urlFor(appId: string): string | undefined {
    return this.routes.urlOf(this.routesConfig.publicBaseUrl, PUSH_ROUTE, { appId });
  }
}
