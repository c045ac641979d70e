import { type FastifyInstance, fastify } from 'fastify';
import type { SimulatorConfig } from '../config/options.js';
import { CONTROL_PREFIX, controlRoutes } from '../control/control.routes.js';
import type { SimulatorVerbs } from '../control/verbs.js';
import type { Platform } from '../platform/platform.js';
import { AnswerWriter } from './answer.js';
import { pageRoutes } from './page.routes.js';
import { platformRoutes } from './platform.routes.js';
import { refuseCrossSite } from './refuse-cross-site.js';
import { refuseOtherHosts } from './refuse-other-hosts.js';

const BODY_LIMIT = 1024 * 1024;

/** Platform, control API and pages on one port. `closing` ends whatever waits. */
export function createServer(
  config: Pick<SimulatorConfig, 'host' | 'hostNames'>,
  platform: Platform,
  verbs: SimulatorVerbs,
  closing: AbortSignal,
): FastifyInstance {
  const write = new AnswerWriter(platform.clock, platform.random);
  const app = fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT,
    // Addresses the router cannot decode still get an answer of the platform's kind.
    rewriteUrl: (request) => repairAddress(request.url ?? '/'),
  });
  refuseOtherHosts(app, config);
  app.register(async (scope) => platformRoutes(scope, { platform, write, closing }));
  app.register(
    async (scope) => {
      refuseCrossSite(scope);
      controlRoutes(scope, verbs);
    },
    { prefix: CONTROL_PREFIX },
  );
  app.register(async (scope) => {
    refuseCrossSite(scope);
    pageRoutes(scope, platform, verbs);
  });
  return app;
}

function repairAddress(url: string): string {
  const [path = '', ...query] = url.split('?');
  try {
    decodeURI(path);
    return url;
  } catch {
    return [path.replaceAll('%', '%25'), ...query].join('?');
  }
}
