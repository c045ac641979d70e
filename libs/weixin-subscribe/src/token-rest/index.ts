// What a host names of this room. Tokens for other services.

export { RefreshTokenDto, type TokenReply } from './token.dto.js';
