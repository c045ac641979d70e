import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { DatabaseError } from 'nestjs-weixin-subscribe';
import { renderErrorPage } from './error.page.js';
import { PAGE_HEADERS } from './page-headers.js';

/** Answers errors of page routes as a page; whoever looks at it is a person, not a program. */
@Catch()
export class PageErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(PageErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const status = statusOf(error);
    if (status >= 500) this.logger.error(error instanceof Error ? error.stack : error);
    host
      .switchToHttp()
      .getResponse<Response>()
      .status(status)
      .set(PAGE_HEADERS)
      .send(renderErrorPage(status));
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  return error instanceof DatabaseError && error.temporary ? 503 : 500;
}
