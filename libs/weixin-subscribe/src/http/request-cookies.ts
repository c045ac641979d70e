import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** The values by name, in the order of the header. */
export type RequestCookies = Record<string, string[]>;

/** The cookies of a request: a parameter of a route. */
export const ReadCookies = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RequestCookies =>
    cookiesIn(context.switchToHttp().getRequest<{ headers: { cookie?: string } }>().headers.cookie),
);

/**
 * What a `Cookie` header says, every value of it: a browser may show several cookies of one name, of other
 * paths or set by a sibling domain, and parsers keep one of them. The values are left as they are; what is no
 * `name=value` is passed over.
 */
export function cookiesIn(header = ''): RequestCookies {
  // Without a prototype: a name may be "__proto__".
  const cookies: RequestCookies = Object.create(null);
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    if (name === '') continue;
    cookies[name] ??= [];
    cookies[name].push(pair.slice(at + 1).trim());
  }
  return cookies;
}
