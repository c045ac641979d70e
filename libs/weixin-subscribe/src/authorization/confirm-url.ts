/** What the confirm page is asked to show. */
export interface ConfirmRequest {
  mpBaseUrl: string;
  appId: string;
  scene: number;
  templateId: string;
  /** Where WeChat brings the browser back; encoded here, exactly once. */
  redirectUrl: string;
  /** Comes back unchanged as `reserved`: letters and digits, at most 128. */
  state: string;
}

/**
 * The address of WeChat's confirm page, with the parameters in the documented order and `#wechat_redirect` at
 * the very end (docs/platform.md §1.1). It opens inside WeChat only.
 */
export function confirmUrl({
  mpBaseUrl,
  appId,
  scene,
  templateId,
  redirectUrl,
  state,
}: ConfirmRequest): string {
  return (
    `${mpBaseUrl}/mp/subscribemsg?action=get_confirm&appid=${encodeURIComponent(appId)}&scene=${scene}` +
    `&template_id=${encodeURIComponent(templateId)}&redirect_url=${encodeURIComponent(redirectUrl)}&reserved=${state}#wechat_redirect`
  );
}
