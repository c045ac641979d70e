import { WeixinSubscribeError } from '../kernel/errors.js';
import { statusOfErrclass, WeixinApiError, type WeixinVerdict } from '../weixin/weixin-api.errors.js';

const LIST_FIRST = 'List the templates to see whether it was done, and then try again.';

/**
 * WeChat answered a call about templates with an errcode. Nothing was changed, unless WeChat calls itself
 * busy: then something may have been.
 */
export class TemplateRefusedError extends WeixinApiError {
  static override readonly problem = {
    code: 'WEIXIN_TEMPLATE_REFUSED',
    status: 502,
    title: 'WeChat refused the call about templates',
  };

  constructor(what: string, verdict: WeixinVerdict) {
    super(
      `WeChat refused to ${what}: errcode ${verdict.errcode} ${verdict.errmsg}`.trimEnd(),
      verdict,
      verdict.facts.ambiguous ? { remedy: LIST_FIRST } : {},
    );
  }

  override get httpStatus(): number {
    return statusOfErrclass(this.errclass) ?? TemplateRefusedError.problem.status;
  }
}

/** A call about templates got no usable response. */
export class TemplateUnansweredError extends WeixinSubscribeError {
  static override readonly problem = {
    code: 'WEIXIN_TEMPLATE_UNANSWERED',
    status: 502,
    title: 'WeChat gave no usable response about templates',
  };

  constructor(
    what: string,
    reason: string,
    /** False when it surely never arrived. */
    readonly mayHaveHappened: boolean,
  ) {
    super(`WeChat was asked to ${what}, and gave no usable response: ${reason}`, {
      remedy: mayHaveHappened ? LIST_FIRST : 'Nothing was changed. Try again.',
    });
  }
}
