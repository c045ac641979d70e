import type { FastifyInstance } from 'fastify';

/**
 * A web page from elsewhere that happens to be open in the same browser must not press the buttons: browsers
 * say where a request comes from, other programs send neither header.
 */
export function refuseCrossSite(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, headers }, reply) => {
    if (method === 'GET' || method === 'HEAD') return;
    const { origin, host } = headers;
    const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
    if (foreign || headers['sec-fetch-site'] === 'cross-site')
      await reply.code(403).send({ error: 'a page of another site may not control the simulator' });
  });
}
