import { WeixinSubscribeError } from 'nestjs-weixin-subscribe';

/** A request with a session that the console's own page did not make. */
export class ConsoleOriginError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CONSOLE_ORIGIN',
    status: 403,
    title: 'This request does not come from the console',
    remedy:
      'Call with a service key instead. If this is the console: its page and the REST API must have one origin, and a proxy must pass on Host or Sec-Fetch-Site.',
  };
}

/** Nothing is at this address. */
export class ConsoleFileNotFoundError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_CONSOLE_FILE_NOT_FOUND',
    status: 404,
    title: 'The console has no such file',
    remedy: 'Load the page again: the console was probably updated meanwhile.',
  };
}
