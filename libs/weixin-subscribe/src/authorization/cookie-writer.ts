import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { appendHeader } from '../http/write-response.js';
import type { BindingCookie } from './browser-binding.js';
import { cookieLine } from './state-cookies.js';

/** Sets cookies, the same way on every HTTP adapter. */
@Injectable()
export class CookieWriter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  set(response: unknown, cookies: BindingCookie[]): void {
    appendHeader(this.adapterHost.httpAdapter, response, 'Set-Cookie', cookies.map(cookieLine));
  }
}
