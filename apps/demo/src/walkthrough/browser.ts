/** What came back from one request. */
export interface Reply {
  method: string;
  url: URL;
  status: number;
  /** Where a redirect leads, absolute. */
  location?: URL;
  setsCookie: boolean;
  text: string;
}

/** Keeps cookies (for a host whatever its port, as browsers do) and follows no redirect by itself. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly headers: Record<string, string> = {}) {}

  get(url: string | URL): Promise<Reply> {
    return this.request('GET', url);
  }

  /** As a form does. */
  submit(url: string | URL, fields: Record<string, string>): Promise<Reply> {
    return this.request('POST', url, new URLSearchParams(fields));
  }

  /** As an app or a service does. */
  postJson(url: string | URL, body: unknown): Promise<Reply> {
    return this.request('POST', url, JSON.stringify(body), { 'content-type': 'application/json' });
  }

  /** The same of a change. */
  patchJson(url: string | URL, body: unknown): Promise<Reply> {
    return this.request('PATCH', url, JSON.stringify(body), { 'content-type': 'application/json' });
  }

  private async request(
    method: string,
    address: string | URL,
    body?: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const url = new URL(address);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      method,
      body,
      redirect: 'manual',
      headers: { ...this.headers, ...headers, ...(cookie && { cookie }) },
    });
    const set = response.headers.getSetCookie();
    for (const line of set) {
      const [name, value] = line.split(';')[0].split('=');
      if (/; Max-Age=0(?:;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      method,
      url,
      status: response.status,
      location: location === null ? undefined : new URL(location, url),
      setsCookie: set.length > 0,
      text: await response.text(),
    };
  }
}
