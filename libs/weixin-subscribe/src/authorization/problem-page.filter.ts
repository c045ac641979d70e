import { Catch, Injectable } from '@nestjs/common';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import type { ProblemDetails } from '../http/problem-details.js';
import { oneLine } from '../kernel/one-line.js';

/** What a person can do about it. Everything else is ours to mend. */
const ADVICE: Record<string, [zh: string, en: string]> = {
  WEIXIN_STATE_EXPIRED: [
    '操作超时，请返回后重新点击订阅。',
    'This took too long. Please go back and subscribe again.',
  ],
  WEIXIN_STATE_FOREIGN: [
    '请在同一个微信页面中完成订阅，返回后重新点击订阅；如已完成订阅，关闭本页即可。',
    'Please finish in the page where you began: go back and subscribe again. If you have done so already, just close this page.',
  ],
  WEIXIN_STATE_REUSED: [
    '您已处理过该请求，无需重复操作。',
    'You have answered this already; nothing more is needed.',
  ],
  WEIXIN_SNAPSHOT_USER: [
    '当前为微信快照页，无法订阅。请点击页面下方的“使用完整服务”，返回后重新点击订阅。',
    'This is a snapshot page of WeChat, in which nobody can subscribe. Tap “使用完整服务” (full service) below, go back and subscribe again.',
  ],
  WEIXIN_LOGIN_CODE_REFUSED: [
    '登录已失效，请返回后重新点击订阅。',
    'This login is over. Please go back and subscribe again.',
  ],
  WEIXIN_PURPOSE_UNKNOWN: ['该订阅已结束。', 'There is nothing left to subscribe to here.'],
  WEIXIN_RATE_LIMITED: ['操作过于频繁，请稍后再试。', 'Too many requests. Please try again later.'],
};
const OTHERWISE: [zh: string, en: string] = [
  '页面无法打开，请返回后重试。如仍有问题，请联系客服。',
  'This page could not be opened. Please go back and try again.',
];

/**
 * At the endpoints where people come by themselves: a browser that prefers HTML gets a page it can read;
 * programs get the problem document.
 */
@Injectable()
@Catch()
export class ProblemPageFilter extends ProblemDetailsFilter {
  protected override render(problem: ProblemDetails, request: unknown) {
    const { headers } = request as { headers: Record<string, string | undefined> };
    const { accept = '', 'accept-language': languages = '' } = headers;
    if (!/\btext\/html\b/.test(accept)) return super.render(problem, request);
    // The page says what a person can do, not what a developer did wrong.
    this.logger.debug(`${problem.code} shown as a page: ${oneLine(problem.detail)}`);
    return { contentType: 'text/html; charset=utf-8', body: page(problem, /^\s*en\b/i.test(languages)) };
  }
}

/** Holds no text from outside, so there is nothing to escape: the code and the status are ours. */
function page({ code, status }: ProblemDetails, isEnglishFirst: boolean): string {
  const [zh, en] = ADVICE[code] ?? OTHERWISE;
  const chinese = { lang: 'zh-CN', title: '无法完成订阅', advice: zh };
  const english = { lang: 'en', title: 'The subscription could not be completed', advice: en };
  const [first, second] = isEnglishFirst ? [english, chinese] : [chinese, english];
  return `<!doctype html>
<html lang="${first.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${first.title}</title>
<style>
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; color: #1a1a1a; background: #f5f5f5; }
main { max-width: 26rem; margin: 20vh auto 0; padding: 0 1.5rem; text-align: center; }
h1 { font-size: 1.25rem; }
p[lang], small { color: #595959; }
</style>
</head>
<body><main>
<h1>${first.title}</h1>
<p>${first.advice}</p>
<p lang="${second.lang}">${second.advice}</p>
<small>${status} ${code}</small>
</main></body>
</html>
`;
}
