import { Module } from '@nestjs/common';
import { CentralConnection } from './central-connection.js';
import { RemoteTokenService } from './remote-token.service.js';

/** Tokens that another process mints, read over HTTP. */
@Module({ providers: [CentralConnection, RemoteTokenService], exports: [RemoteTokenService] })
export class TokenRemoteModule {}
