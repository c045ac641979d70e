import { Injectable } from '@nestjs/common';
import { ComponentConfig, type ComponentPlatform } from '../account/component.options.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { PushRefusedError } from '../push/push.errors.js';
import { type PushQuery, PushVerifier } from '../push/push-verifier.js';
import { AuthorizerService } from './authorizer.service.js';
import { ComponentNotConfiguredError } from './component.errors.js';
import { ComponentTicketRepository } from './component-ticket.repository.js';

const SHORT = /^[\x21-\x7e]{1,512}$/;
const APP_ID = /^[\w-]{1,32}$/;

/**
 * What WeChat tells the platform itself: tickets, and who authorised it or does so no longer. Written down
 * before WeChat has its response; repeated or late it changes nothing.
 */
@Injectable()
export class ComponentEventService {
  private readonly logger = new LibraryLogger('WeixinComponent');

  constructor(
    private readonly config: ComponentConfig,
    private readonly verifier: PushVerifier,
    private readonly tickets: ComponentTicketRepository,
    private readonly authorizers: AuthorizerService,
  ) {}

  /** @throws {ComponentNotConfiguredError} */
  require(): ComponentPlatform {
    const { platform } = this.config;
    if (!platform) throw new ComponentNotConfiguredError();
    return platform;
  }

  /**
   * @throws {ComponentNotConfiguredError} {@link PushRefusedError} {@link DatabaseError} nothing was written
   */
  async accept(query: PushQuery, body: string): Promise<void> {
    const { appId, token, encodingAesKey } = this.require();
    const push = { token, encodingAesKey, mode: 'safe', format: 'xml' } as const;
    const { fields } = this.verifier.open({ appId, push }, query, body);
    if (text(fields.AppId) !== appId) throw new PushRefusedError('it is about another platform');
    const at = momentOf(fields.CreateTime);
    switch (fields.InfoType) {
      case 'component_verify_ticket':
        return this.tickets.keep(appId, { ticket: secretOf(fields.ComponentVerifyTicket), issuedAt: at });
      case 'authorized':
      case 'updateauthorized':
        return this.authorizers.noteAuthorized(
          appIdOf(fields.AuthorizerAppid),
          secretOf(fields.AuthorizationCode),
          at,
        );
      case 'unauthorized':
        return this.authorizers.noteUnauthorized(appIdOf(fields.AuthorizerAppid), at);
      default:
        this.logger.debug(`a push of another InfoType was taken and not acted upon`);
    }
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function momentOf(value: unknown): Date {
  const seconds = Number(text(value));
  if (!(seconds > 0 && seconds < 1e11)) throw new PushRefusedError('CreateTime is missing');
  return new Date(1000 * seconds);
}

function secretOf(value: unknown): string {
  if (!SHORT.test(text(value))) throw new PushRefusedError('a ticket or code is missing or too long');
  return text(value);
}

function appIdOf(value: unknown): string {
  if (!APP_ID.test(text(value))) throw new PushRefusedError('AuthorizerAppid is missing');
  return text(value);
}
