import request from 'supertest';

export interface JarCookie {
  name: string;
  value: string;
  path: string;
}

/**
 * A browser as far as our routes can tell: it keeps cookies by name and path, shows them where their path
 * leads (the longest path first, as RFC 6265 has it), drops what it is told to drop, and does not follow
 * redirects by itself. Other lifetimes are not counted: time is the clock's of the test.
 */
export class Browser {
  private readonly jar: JarCookie[] = [];

  /** @param publicPath what a proxy takes off every path before the host sees it */
  constructor(
    private readonly baseUrl: string,
    private readonly publicPath = '',
  ) {}

  /** @param baseUrl of another instance that answers under the same name */
  async get(
    path: string,
    query: Record<string, unknown> = {},
    baseUrl = this.baseUrl,
  ): Promise<request.Response> {
    return this.keep(await request(baseUrl).get(path).query(query).set('Cookie', this.header(path)));
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<request.Response> {
    return this.keep(
      await request(this.baseUrl)
        .post(path)
        .set('Cookie', this.header(path))
        .set(headers)
        .send(body as object),
    );
  }

  /** What it shows at a path. */
  cookies(path: string): JarCookie[] {
    const [target] = (this.publicPath + path).split('?', 1);
    const isUnder = (parent: string) =>
      target === parent || target.startsWith(parent.endsWith('/') ? parent : `${parent}/`);
    return this.jar
      .filter((cookie) => isUnder(cookie.path))
      .sort((one, other) => other.path.length - one.path.length);
  }

  /** As a page of this site, or a sibling domain, would set it. */
  set(cookie: JarCookie): void {
    this.drop(cookie);
    this.jar.push(cookie);
  }

  private drop({ name, path }: Pick<JarCookie, 'name' | 'path'>): void {
    const at = this.jar.findIndex((known) => known.name === name && known.path === path);
    if (at >= 0) this.jar.splice(at, 1);
  }

  private header(path: string): string {
    return this.cookies(path)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  private keep(response: request.Response): request.Response {
    for (const line of [response.headers['set-cookie'] ?? []].flat() as string[]) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /; Path=([^;]*)/i.exec(line)?.[1] ?? '/';
      if (/; Max-Age=0(?:;|$)/i.test(line)) this.drop({ name, path });
      else this.set({ name, value, path });
    }
    return response;
  }
}
