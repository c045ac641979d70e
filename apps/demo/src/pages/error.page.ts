import { definePage } from './engine.js';

const TEXTS: Record<number, [zh: string, en: string]> = {
  400: ['这个请求不完整', 'The request is not complete'],
  403: ['这个操作只能从本页面发起', 'This form is only taken from its own page'],
  404: ['没有这个页面', 'There is no such page'],
  503: ['服务暂时不可用，请稍后再试', 'Not available right now, please try again later'],
};
const OTHER: [zh: string, en: string] = [
  '出错了，请稍后再试',
  'Something went wrong, please try again later',
];

const errorPage = definePage<{ status: number; zh: string; en: string }>(
  'error',
  `<% layout('@layout', { title: it.[[zh|en]], narrow: true }) %>
<section class="card" role="alert">
  <h1><%= it.[[zh|en]] %></h1>
  <p class="quiet">HTTP <%= it.status %></p>
  <p class="actions"><a class="button" href="/">[[回到课程|Back to the courses]]</a></p>
</section>`,
);

/** What a person reads instead of a page that can not be shown. */
export function renderErrorPage(status: number): string {
  const [zh, en] = TEXTS[status] ?? OTHER;
  return errorPage({ status, zh, en });
}
