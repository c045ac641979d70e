import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import type { Observable } from 'rxjs';

/** The script of a page, word for word: no other one runs there. */
export const PageScript = Reflector.createDecorator<string>();

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** No scripts, nothing from elsewhere, not inside another site's frame; and what is shown is not kept. */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  // With "no-referrer" browsers would send `Origin: null` with our own forms.
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Sets the headers of a page. */
@Injectable()
export class PageHeaders implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<Response>().set(PAGE_HEADERS);
    const script = this.reflector.get(PageScript, context.getHandler());
    if (script !== undefined) response.set('Content-Security-Policy', policyWith(script));
    return next.handle();
  }
}

/** It may run, and hear from this app. */
function policyWith(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64');
  return `${POLICY}; script-src 'sha256-${hash}'; connect-src 'self'`;
}
