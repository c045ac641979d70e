import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { SimulatorConfig } from '../config/options.js';

/**
 * Answers only under names that are known to be ours. A page of another site can point its own name at this
 * machine (DNS rebinding); to the browser that is the same site then, so it could read tokens and secrets
 * here and press every button. It cannot do so with an IP address, nor with `localhost`.
 */
export function refuseOtherHosts(
  app: FastifyInstance,
  { host, hostNames }: Pick<SimulatorConfig, 'host' | 'hostNames'>,
): void {
  const known = new Set(['localhost', host, ...hostNames].map((name) => name.toLowerCase()));
  if (known.has('*')) return;
  app.addHook('onRequest', async ({ headers }, reply) => {
    const name = nameIn(headers.host);
    if (name === undefined || known.has(name) || name.endsWith('.localhost') || isIP(name) !== 0) return;
    await reply.code(421).send({
      error: `the simulator does not answer under the name ${JSON.stringify(name.slice(0, 255))}: add it to the option hostNames (--host-name), or call localhost or an IP address`,
    });
  });
}

/**
 * In lower case, without port and brackets; `undefined`: a program of HTTP/1.0 names none, a browser always
 * does.
 */
function nameIn(host: string | undefined): string | undefined {
  if (host === undefined || host === '') return undefined;
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}
