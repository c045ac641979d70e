import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { setHeaders, writeResponse } from '../http/write-response.js';
import { foreignCause, WeixinSubscribeError } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import { REFUSALS, WeixinRefusal } from './weixin-refusal.js';

/**
 * Answers every error as WeChat does: HTTP 200 with `errcode` and `errmsg`. What a guard of the host throws
 * keeps its status.
 */
@Injectable()
@Catch()
export class DropInFilter implements ExceptionFilter {
  private readonly logger = new LibraryLogger(DropInFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse();
    if (httpAdapter.isHeadersSent(response)) return;
    if (!(error instanceof WeixinRefusal || error instanceof HttpException))
      this.logger.error(foreignCause(error).message);
    httpAdapter.status(response, error instanceof HttpException ? error.getStatus() : 200);
    setHeaders(httpAdapter, response, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    void writeResponse(httpAdapter, response, Buffer.from(JSON.stringify(answerTo(error))));
  }
}

function answerTo(error: unknown): { errcode: number; errmsg: string } {
  if (error instanceof WeixinRefusal) return { errcode: error.errcode, errmsg: error.errmsg };
  const { errcode, errmsg } = REFUSALS.systemError;
  if (error instanceof TokenUnavailableError && error.errcode !== undefined)
    return { errcode: error.errcode, errmsg: error.errmsg ?? '' };
  // Our own words carry no secret; what anybody else threw may.
  return { errcode, errmsg: error instanceof WeixinSubscribeError ? `${errmsg}, ${error.message}` : errmsg };
}
