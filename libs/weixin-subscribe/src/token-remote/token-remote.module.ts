import { Module } from '@nestjs/common';
import { CentralConnection } from './central-connection.js';
import { CentralTickets, RemoteTicketService } from './remote-ticket.service.js';
import { RemoteTokenService } from './remote-token.service.js';

/** Tokens that another process mints, read over HTTP. */
@Module({
  providers: [CentralConnection, CentralTickets, RemoteTokenService, RemoteTicketService],
  exports: [RemoteTokenService, RemoteTicketService],
})
export class TokenRemoteModule {}
