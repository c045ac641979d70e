import type { SdkResponses } from './sdk-response.js';

/**
 * The app flow uses the same page with `redirect_url=wxAPPID://` (live report, §2.3): the answer is an
 * address that makes the phone open the app, whose SDK reads the query. So any local program could imitate
 * it.
 */
export function isDeepLink(appId: string, redirectUrl: string | undefined): boolean {
  return redirectUrl === `${appId}://`;
}

/**
 * What the SDK finds before the documented fields (from its public decompilation, §2.3); `ret` becomes
 * `errCode`.
 */
export function deepLinkPrefix({ canonical }: SdkResponses): string {
  return `wx_internal_resptype=subscribemessage&ret=${canonical.errCode}&`;
}
