import request from 'supertest';

/** A browser as far as our doors can tell: it keeps cookies and does not follow redirects by itself. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly baseUrl: string) {}

  /** @param baseUrl of another instance that answers under the same name */
  async get(
    path: string,
    query: Record<string, unknown> = {},
    baseUrl = this.baseUrl,
  ): Promise<request.Response> {
    return this.keep(await request(baseUrl).get(path).query(query).set('Cookie', this.header()));
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<request.Response> {
    return this.keep(
      await request(this.baseUrl)
        .post(path)
        .set('Cookie', this.header())
        .set(headers)
        .send(body as object),
    );
  }

  private header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private keep(response: request.Response): request.Response {
    for (const cookie of [response.headers['set-cookie'] ?? []].flat() as string[]) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.cookies.set(name, value);
    }
    return response;
  }
}
