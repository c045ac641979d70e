// What a host names of this room. Who a person is, by what WeChat says.

export { LoginCodeRefusedError, LoginUnavailableError } from './identity.errors.js';
export { MiniProgramSession, MiniProgramSessionService } from './mini-program-session.service.js';
