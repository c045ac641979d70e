import type { FastifyInstance } from 'fastify';
import { refuse } from '../platform/errcodes.js';
import { page } from './answer.js';
import { confirmEndpoint } from './confirm.endpoint.js';
import type { Endpoint, EndpointContext } from './endpoint.js';
import { pipeline } from './pipeline.js';
import { sendEndpoint } from './send.endpoint.js';
import { stableTokenEndpoint, tokenEndpoint } from './token.endpoints.js';

/** The addresses of the platform. A new one is a line here and an endpoint. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/cgi-bin/token': tokenEndpoint,
  '/cgi-bin/stable_token': stableTokenEndpoint,
  '/cgi-bin/message/template/subscribe': sendEndpoint,
  '/mp/subscribemsg': confirmEndpoint,
};

const unknownApi: Endpoint = (_call, { write }) => write.refusal(refuse(40066));
const unknownPage: Endpoint = () => page('<!doctype html><title>404</title><p>404', {}, 404);

/** Everything WeChat itself would answer. Bodies are taken raw, whatever their content type says. */
export function platformRoutes(app: FastifyInstance, context: EndpointContext, closing: AbortSignal): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { status, headers, body } = context.write.refusal(refuse(errcodeOf(error.statusCode)));
    return reply.code(status).headers(headers).send(Buffer.from(body));
  });
  for (const [path, endpoint] of Object.entries(ENDPOINTS))
    app.all(path, pipeline(endpoint, context, closing));
  for (const path of ['/cgi-bin', '/cgi-bin/*'])
    app.all(path, pipeline(unknownApi, context, closing, 'unknown'));
  app.all('/*', pipeline(unknownPage, context, closing, 'unknown'));
}

/** Also a request that cannot be read gets an errcode: too large 45002, malformed 47001. */
function errcodeOf(status = 500): number {
  if (status === 413) return 45002;
  return status < 500 ? 47001 : -1;
}
