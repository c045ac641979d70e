import { Module } from '@nestjs/common';
import { DropInService } from './drop-in.service.js';
import { TokenVerifier } from './token-verifier.js';

/** Tokens for SDKs that take us for WeChat. Only where those routes are mounted. */
@Module({ providers: [DropInService, TokenVerifier], exports: [DropInService] })
export class TokenDropInModule {}
