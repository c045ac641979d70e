import { Module } from '@nestjs/common';
import { AuthorizationService } from './authorization.service.js';
import { AuthorizationUrls } from './authorization-urls.js';
import { CookieWriter } from './cookie-writer.js';
import { IntentRepository } from './intent.repository.js';
import { IntentUpkeep } from './intent.upkeep.js';
import { ProvenOpenids } from './proven-openids.js';
import { PublicAddress } from './public-address.js';
import { ReturnTo } from './return-to.js';
import { StateCookies } from './state-cookies.js';
import { SubscribeIntents } from './subscribe-intents.js';
import { UnprovenLimit } from './unproven-limit.js';

/** Asking people for grants. */
@Module({
  providers: [
    AuthorizationService,
    AuthorizationUrls,
    SubscribeIntents,
    UnprovenLimit,
    ProvenOpenids,
    IntentRepository,
    IntentUpkeep,
    ReturnTo,
    CookieWriter,
    PublicAddress,
    StateCookies,
  ],
  exports: [AuthorizationService, CookieWriter, PublicAddress, StateCookies],
})
export class AuthorizationModule {}
