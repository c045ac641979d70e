import type { DynamicModule, InjectionToken } from '@nestjs/common';
import { room } from './room.js';
import type { TokenStore } from './token/store/token.store.js';
import { TokenModule, ticketService, tokenService, tokenStore } from './token/token.module.js';
import { TokenAuditModule } from './token-audit/token-audit.module.js';
import { TokenDropInModule } from './token-drop-in/token-drop-in.module.js';
import { RemoteTicketService } from './token-remote/remote-ticket.service.js';
import { RemoteTokenService } from './token-remote/remote-token.service.js';
import { TokenRemoteModule } from './token-remote/token-remote.module.js';
import { WeixinModule } from './weixin/weixin.module.js';

export interface TokenRoomsOptions {
  /** Where a store of the host's own comes from. */
  imports?: DynamicModule['imports'];
  store?: InjectionToken<TokenStore>;
  dropIn?: boolean;
}

/** The token service: `token/` is its core, and what stands beside it is put together here. */
export function tokenRooms(ground: DynamicModule, { imports = [], store, dropIn }: TokenRoomsOptions) {
  const weixin = room(WeixinModule, [ground]);
  const remote = room(TokenRemoteModule, [ground]);
  const token = room(
    TokenModule,
    [ground, weixin, remote, ...imports],
    [tokenStore(store), tokenService(RemoteTokenService), ticketService(RemoteTicketService)],
  );
  const audit = room(TokenAuditModule, [ground, token]);
  const rooms = [weixin, token, audit];
  if (dropIn) rooms.push(room(TokenDropInModule, [ground, weixin, token, audit]));
  return { weixin, token, rooms };
}
