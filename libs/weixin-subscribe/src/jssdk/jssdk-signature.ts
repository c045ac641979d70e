import { createHash } from 'node:crypto';

/** What WeChat recomputes in the browser. */
export interface SignedPage {
  ticket: string;
  nonceStr: string;
  /** Unix seconds. */
  timestamp: number;
  /** As the browser has it, without fragment. */
  url: string;
}

/** Hexadecimal SHA-1 over four values as they are, in the order of their names (docs/platform.md §14.2). */
export function jssdkSignature({ ticket, nonceStr, timestamp, url }: SignedPage): string {
  const text = `jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url}`;
  return createHash('sha1').update(text, 'utf8').digest('hex');
}
