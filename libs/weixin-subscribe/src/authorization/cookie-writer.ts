import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { BindingCookie } from './browser-binding.js';
import { cookieLine } from './state-cookies.js';

/** Sets cookies, the same way on every HTTP adapter. */
@Injectable()
export class CookieWriter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  set(response: unknown, cookies: BindingCookie[]): void {
    const { httpAdapter } = this.adapterHost;
    for (const cookie of cookies) httpAdapter.appendHeader?.(response, 'Set-Cookie', cookieLine(cookie));
  }
}
