/** What WeChat's OAuth is asked. */
export interface OAuthRequest {
  /** Without a slash at the end. */
  openBaseUrl: string;
  appId: string;
  /** Where WeChat brings the browser back; encoded here, exactly once. */
  redirectUrl: string;
  /** Comes back unchanged: letters and digits, at most 128. */
  state: string;
  /** The third-party platform that asks for the account, if one does. */
  componentAppId?: string;
}

/**
 * The address of silent OAuth. The order of the parameters is enforced by WeChat, and `#wechat_redirect`
 * stands at the end (docs/platform.md §14.3).
 */
export function oauthUrl({ openBaseUrl, appId, redirectUrl, state, componentAppId }: OAuthRequest): string {
  const onBehalf =
    componentAppId === undefined ? '' : `&component_appid=${encodeURIComponent(componentAppId)}`;
  return (
    `${openBaseUrl}/connect/oauth2/authorize?appid=${encodeURIComponent(appId)}` +
    `&redirect_uri=${encodeURIComponent(redirectUrl)}&response_type=code&scope=snsapi_base&state=${state}${onBehalf}#wechat_redirect`
  );
}
