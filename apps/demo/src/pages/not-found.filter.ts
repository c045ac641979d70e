import { type ArgumentsHost, Catch, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import { renderErrorPage } from './error.page.js';
import { PAGE_HEADERS } from './page-headers.js';

/** An address that no route has: a page for whoever looks at it in a browser, a problem for a program. */
@Catch(NotFoundException)
export class NotFoundFilter extends ProblemDetailsFilter {
  override catch(error: NotFoundException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    if (request.accepts('json', 'html') !== 'html') {
      super.catch(error, host);
      return;
    }
    http.getResponse<Response>().status(404).set(PAGE_HEADERS).send(renderErrorPage(404));
  }
}
