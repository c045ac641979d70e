import type { OptionChecks } from '../kernel/option-checks.js';

/** Signatures for pages that use WeChat's JS-SDK: `GET jssdk/config`. */
export class JssdkOptions {
  /**
   * Origins of the pages that may be signed, e.g. `https://remind.example.com`. Each has to be a JS domain
   * (JS接口安全域名) of the account, or WeChat answers `invalid url domain`.
   * @default the origin of `publicBaseUrl`
   */
  origins?: string[];
}

export abstract class JssdkConfig {
  abstract readonly origins: readonly string[];
}

export function resolveJssdk(
  checks: OptionChecks,
  section: JssdkOptions | undefined,
  publicBaseUrl: URL,
): JssdkConfig {
  const { origins = [publicBaseUrl.origin] } = checks.read('jssdk', JssdkOptions, section);
  if (!Array.isArray(origins) || origins.length === 0) {
    checks.refuse('jssdk.origins', 'must be a list of at least one origin, or be left out');
    return { origins: [] };
  }
  return {
    origins: origins.map((given, index) => {
      const at = `jssdk.origins[${index}]`;
      const url = checks.url(at, given);
      if (url.pathname !== '/') checks.refuse(at, 'must be an origin, without a path');
      return url.origin;
    }),
  };
}
