import { Module } from '@nestjs/common';
import { LoginCodeClient } from './login-code.client.js';
import { MiniProgramSessionService } from './mini-program-session.service.js';
import { OAuthService } from './oauth.service.js';

/** Who a person is, by what WeChat says. */
@Module({
  providers: [LoginCodeClient, OAuthService, MiniProgramSessionService],
  exports: [LoginCodeClient, OAuthService, MiniProgramSessionService],
})
export class IdentityModule {}
