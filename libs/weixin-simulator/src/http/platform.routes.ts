import type { FastifyInstance } from 'fastify';
import { renderNotFoundPage } from '../pages/problem.page.js';
import {
  CARD_API,
  CARD_EXT_API,
  CARD_QUERY_API,
  FORM_SEND_API,
  NOTICE_SEND_API,
  SEND_API,
  STABLE_TOKEN_API,
  SUBSCRIBE_SEND_API,
  TICKET_API,
  TOKEN_API,
} from '../platform/api-catalog.js';
import { refuse } from '../platform/errcodes.js';
import { apiDomainIpEndpoint, callbackCheckEndpoint, callbackIpEndpoint } from './address.endpoints.js';
import { page } from './answer.js';
import { getCardEndpoint, setCardEndpoint, setCardExtEndpoint } from './card.endpoints.js';
import {
  authorizerListEndpoint,
  authorizerTokenEndpoint,
  bindComponentEndpoint,
  componentLoginEndpoint,
  componentTokenEndpoint,
  preAuthCodeEndpoint,
  queryAuthEndpoint,
} from './component.endpoints.js';
import { confirmEndpoint } from './confirm.endpoint.js';
import type { Endpoint, EndpointContext } from './endpoint.js';
import { oauthEndpoint, oauthTokenEndpoint, sessionEndpoint } from './oauth.endpoints.js';
import { pipeline } from './pipeline.js';
import {
  clearApiQuotaEndpoint,
  clearQuotaBySecretEndpoint,
  clearQuotaEndpoint,
  quotaEndpoint,
} from './quota.endpoints.js';
import { ridEndpoint } from './rid.endpoint.js';
import { sendEndpoint } from './send.endpoint.js';
import { formSendEndpoint, typedSendEndpoint } from './subscribe-send.endpoints.js';
import {
  addTemplateEndpoint,
  categoryEndpoint,
  deleteTemplateEndpoint,
  publicKeywordsEndpoint,
  publicTitlesEndpoint,
  templatesEndpoint,
} from './template.endpoints.js';
import { ticketEndpoint } from './ticket.endpoint.js';
import { stableTokenEndpoint, tokenEndpoint } from './token.endpoints.js';

/** The addresses of the platform. A new one is a line here and an endpoint. */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  [TOKEN_API]: tokenEndpoint,
  [STABLE_TOKEN_API]: stableTokenEndpoint,
  [SEND_API]: sendEndpoint,
  [SUBSCRIBE_SEND_API]: typedSendEndpoint,
  [NOTICE_SEND_API]: typedSendEndpoint,
  [FORM_SEND_API]: formSendEndpoint,
  [CARD_API]: setCardEndpoint,
  [CARD_EXT_API]: setCardExtEndpoint,
  [CARD_QUERY_API]: getCardEndpoint,
  '/wxaapi/newtmpl/addtemplate': addTemplateEndpoint,
  '/wxaapi/newtmpl/deltemplate': deleteTemplateEndpoint,
  '/wxaapi/newtmpl/getcategory': categoryEndpoint,
  '/wxaapi/newtmpl/getpubtemplatekeywords': publicKeywordsEndpoint,
  '/wxaapi/newtmpl/getpubtemplatetitles': publicTitlesEndpoint,
  '/wxaapi/newtmpl/gettemplate': templatesEndpoint,
  '/cgi-bin/clear_quota': clearQuotaEndpoint,
  '/cgi-bin/clear_quota/v2': clearQuotaBySecretEndpoint,
  '/cgi-bin/openapi/quota/get': quotaEndpoint,
  '/cgi-bin/openapi/quota/clear': clearApiQuotaEndpoint,
  '/cgi-bin/openapi/rid/get': ridEndpoint,
  '/cgi-bin/get_api_domain_ip': apiDomainIpEndpoint,
  '/cgi-bin/getcallbackip': callbackIpEndpoint,
  '/cgi-bin/callback/check': callbackCheckEndpoint,
  [TICKET_API]: ticketEndpoint,
  '/cgi-bin/component/api_component_token': componentTokenEndpoint,
  '/cgi-bin/component/api_create_preauthcode': preAuthCodeEndpoint,
  '/cgi-bin/component/api_query_auth': queryAuthEndpoint,
  '/cgi-bin/component/api_authorizer_token': authorizerTokenEndpoint,
  '/cgi-bin/component/api_get_authorizer_list': authorizerListEndpoint,
  '/cgi-bin/componentloginpage': componentLoginEndpoint,
  '/safe/bindcomponent': bindComponentEndpoint,
  '/sns/oauth2/access_token': oauthTokenEndpoint,
  '/sns/oauth2/component/access_token': oauthTokenEndpoint,
  '/sns/jscode2session': sessionEndpoint,
  '/sns/component/jscode2session': sessionEndpoint,
  '/connect/oauth2/authorize': oauthEndpoint,
  '/mp/subscribemsg': confirmEndpoint,
};

const unknownApi: Endpoint = (_call, { write }) => write.refusal(refuse(40066));
const unknownPage: Endpoint = ({ path, language }) => page(renderNotFoundPage(path, language), {}, 404);

/** Everything WeChat itself would answer. Bodies are taken raw, whatever their content type says. */
export function platformRoutes(app: FastifyInstance, context: EndpointContext): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { status, headers, body } = context.write.refusal(refuse(errcodeOf(error.statusCode)));
    return reply.code(status).headers(headers).send(Buffer.from(body));
  });
  for (const [path, endpoint] of Object.entries(ENDPOINTS)) app.all(path, pipeline(endpoint, context));
  for (const path of ['/cgi-bin', '/cgi-bin/*', '/sns/*', '/wxa/*', '/wxaapi/*'])
    app.all(path, pipeline(unknownApi, context, 'unknown'));
  app.all('/*', pipeline(unknownPage, context, 'unknown'));
}

/** Also a request that cannot be read gets an errcode: too large 45002, malformed 47001. */
function errcodeOf(status = 500): number {
  if (status === 413) return 45002;
  return status < 500 ? 47001 : -1;
}
