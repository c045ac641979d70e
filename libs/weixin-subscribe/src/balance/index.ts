// What a host names of this room. What may still be sent to the person who asks.

export type { BalanceReply } from './balance.controller.js';
export { BalanceQueryDto } from './balance.dto.js';
export { type Balance, BalanceService, type LastOutcome } from './balance.service.js';
