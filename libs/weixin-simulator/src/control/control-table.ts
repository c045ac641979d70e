import { CARD_ROUTES } from './card-routes.js';
import { COMPONENT_ROUTES } from './component-routes.js';
import type { ControlRoute } from './control-route.js';
import { PEOPLE_ROUTES } from './people-routes.js';
import { RECORD_ROUTES } from './record-routes.js';
import { SUBSCRIBE_ROUTES } from './subscribe-routes.js';
import { WEB_ROUTES } from './web-routes.js';
import { WORLD_ROUTES } from './world-routes.js';

/** The verbs over HTTP. A new verb is an entry in one of these; the documentation follows. */
export const CONTROL_TABLE: readonly ControlRoute[] = [
  ...PEOPLE_ROUTES,
  ...SUBSCRIBE_ROUTES,
  ...WEB_ROUTES,
  ...CARD_ROUTES,
  ...COMPONENT_ROUTES,
  ...RECORD_ROUTES,
  ...WORLD_ROUTES,
];
