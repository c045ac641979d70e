import { anyFields, FLAG, fields, listOf, oneOf, orNull, TEXT, WHOLE } from '../common/json-schema.js';
import { component } from './component-schemas.js';
import type { AuthorizeOptions } from './component-verbs.js';
import type { ControlRoute } from './control-route.js';

const TEXTS = listOf(TEXT);

/** What happens to a third-party platform. */
export const COMPONENT_ROUTES: readonly ControlRoute[] = [
  {
    ...{ method: 'POST', path: '/component/ticket', summary: 'Push a new component_verify_ticket' },
    answer: component('Push'),
    handle: (verbs) => verbs.pushTicket(),
  },
  {
    ...{
      method: 'POST',
      path: '/component/authorize',
      summary: 'The owner of an account authorises the third-party platform',
    },
    body: fields({ appId: TEXT, url: TEXT, sets: listOf(WHOLE) }, 'url', 'sets'),
    answer: fields({ code: TEXT, redirectTo: TEXT }, 'redirectTo'),
    handle: (verbs, { body }) => verbs.authorizeComponent(body as AuthorizeOptions),
  },
  {
    ...{ method: 'POST', path: '/component/revoke', summary: 'The owner takes the authorisation back' },
    ...{ body: fields({ appId: TEXT }), answer: component('Push') },
    handle: (verbs, { body }) => verbs.revokeComponent((body as { appId: string }).appId),
  },
  {
    ...{ method: 'POST', path: '/component/tokens/kill', summary: 'The tokens of the platform die: 40001' },
    answer: fields({ killed: WHOLE }),
    handle: (verbs) => ({ killed: verbs.killComponentTokens() }),
  },
  {
    ...{ method: 'PATCH', path: '/component', summary: 'Change the third-party platform' },
    body: anyFields({
      ...{ appSecret: TEXT, eventUrl: TEXT, messageUrl: TEXT, token: TEXT, encodingAesKey: TEXT },
      ...{
        startHosts: TEXTS,
        oauthDomains: TEXTS,
        ipWhitelist: orNull(TEXTS),
        refreshToken: oneOf('same', 'new'),
      },
      ...{ olderRefreshTokenWorks: FLAG, refreshEndsToken: FLAG, mostListed: WHOLE },
    }),
    answer: component('Done'),
    handle: (verbs, { body }) => verbs.updateComponent(body as object),
  },
];
