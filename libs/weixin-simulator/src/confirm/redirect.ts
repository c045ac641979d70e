/** What is appended to the redirect address. No `openid` key at all on cancel (row 31). */
export interface RedirectFields {
  openid?: string;
  templateId: string;
  action: 'confirm' | 'cancel';
  scene: number;
  reserved?: string;
}

/** Order openid, template_id, action, scene, reserved (row 30; the order of the documented shape). */
export function redirectQuery({ openid, templateId, action, scene, reserved }: RedirectFields): string {
  const pairs: [string, string | undefined][] = [
    ['openid', openid],
    ['template_id', templateId],
    ['action', action],
    ['scene', String(scene)],
    ['reserved', reserved],
  ];
  return pairs
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/**
 * Where the browser goes. The platform documents only `redirect_url/?openid=…`; merged here before any `#`,
 * with `?` or `&` by what the address has already, an empty path becoming `/` (row 30).
 */
export function redirectTo(redirectUrl: string, query: string, documentedSlash: boolean): string {
  const hashAt = redirectUrl.indexOf('#');
  const address = hashAt < 0 ? redirectUrl : redirectUrl.slice(0, hashAt);
  const fragment = hashAt < 0 ? '' : redirectUrl.slice(hashAt);
  const queryAt = address.indexOf('?');
  const path = queryAt < 0 ? address : address.slice(0, queryAt);
  const known = queryAt < 0 ? '' : address.slice(queryAt + 1).replace(/&$/, '');
  const withSlash =
    path.endsWith('/') || !(documentedSlash || /^[a-z]+:\/\/[^/]*$/i.test(path)) ? path : `${path}/`;
  return `${withSlash}?${known === '' ? '' : `${known}&`}${query}${fragment}`;
}
