// What a host names of this room. A third-party platform and the accounts that authorise it.

export type { ComponentAudience, ComponentOptions } from '../account/component.options.js';
export { AuthorizationLinkService, type AuthorizationLinks } from './authorization-link.service.js';
export { AuthorizerEntity } from './authorizer.entity.js';
export { AuthorizerService } from './authorizer.service.js';
export type { Authorizer, AuthorizerStatus } from './authorizer.types.js';
export {
  AuthorizationCodeRefusedError,
  ComponentNotConfiguredError,
  ComponentUnavailableError,
} from './component.errors.js';
export type {} from './component.events.js';
export { ComponentTicketEntity } from './component-ticket.entity.js';
