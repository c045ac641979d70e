/** What an SDK threw: WeChat's refusal where it is one (some SDKs throw those), and its first line. */
export function readThrown(error) {
  const errcode = [error?.errcode, error?.code].find((code) => typeof code === 'number');
  // The query of an address holds the AppSecret or a token.
  const message = String(error?.message ?? error)
    .split('\n')[0]
    .replace(/\?\S+/g, '?…');
  return { errcode, message };
}
