import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { BindingCookie } from './browser-binding.js';

/** Sets the binding cookie, the same way on every HTTP adapter. */
@Injectable()
export class CookieWriter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** Lax: the browser comes back from WeChat by a top-level GET, which Lax lets through; a forged POST it does not. */
  set(response: unknown, { name, value, maxAgeSeconds, secure }: BindingCookie): void {
    this.adapterHost.httpAdapter.setCookie(response, name, value, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      maxAge: maxAgeSeconds,
      secure,
    });
  }
}
