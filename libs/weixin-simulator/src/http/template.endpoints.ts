import { isRefusal, OK, type Refusal, refuse } from '../platform/errcodes.js';
import { addTemplate } from '../template/add-template.js';
import { CATEGORIES, findPublicTemplate, PUBLIC_TEMPLATES } from '../template/public-catalog.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';
import { readObject, readTexts } from './json-body.js';

const MOST_TITLES = 30;

/** `POST /wxaapi/newtmpl/addtemplate` `{tid, kidList, sceneDesc}` (official page "addWxaNewTemplate"). */
export const addTemplateEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) => {
  const read = readObject(call);
  if (isRefusal(read)) return read;
  const { tid, kidList, sceneDesc } = read.body;
  const template = addTemplate(platform, account, { tid, kidList, sceneDesc });
  return isRefusal(template) ? template : { ...OK, priTmplId: template.priTmplId };
});

/** `POST /wxaapi/newtmpl/deltemplate` `{priTmplId}` (official page "delWxaNewTemplate"). */
export const deleteTemplateEndpoint: Endpoint = authorized(
  { method: 'POST' },
  (account, call, { platform }) => {
    const body = readTexts(call, 'priTmplId');
    if (isRefusal(body)) return body;
    if (!body.priTmplId) return refuse(200002);
    const left = account.subscribeTemplates.filter(({ priTmplId }) => priTmplId !== body.priTmplId);
    if (left.length === account.subscribeTemplates.length) return refuse(200014);
    platform.accounts.setSubscribeTemplates(account, left);
    return OK;
  },
);

/** `GET /wxaapi/newtmpl/getcategory` (official page "getCategory"): every account has the same few. */
export const categoryEndpoint: Endpoint = authorized({ method: 'GET' }, () => ({ ...OK, data: CATEGORIES }));

/** `GET /wxaapi/newtmpl/getpubtemplatekeywords?tid=` (official page "getPubNewTemplateKeywords"). */
export const publicKeywordsEndpoint: Endpoint = authorized({ method: 'GET' }, (_account, { query }) => {
  if (!query.tid) return refuse(200002);
  const found = findPublicTemplate(query.tid);
  if (!found) return refuse(200014);
  const data = found.keywords.map(({ kid, name, example, type }) => ({ kid, name, example, rule: type }));
  return { ...OK, count: data.length, data };
});

/**
 * `GET /wxaapi/newtmpl/getpubtemplatetitles?ids=&start=&limit=` (official page "getPubNewTemplateTitles").
 */
export const publicTitlesEndpoint: Endpoint = authorized({ method: 'GET' }, (_account, { query }) => {
  const asked = readTitlesQuery(query);
  if (isRefusal(asked)) return asked;
  const { ids, start, limit } = asked;
  const found = PUBLIC_TEMPLATES.filter(({ categoryId }) => ids.includes(categoryId));
  const data = found
    .slice(start, start + limit)
    .map(({ tid, title, type, categoryId }) => ({ tid, title, type, categoryId: String(categoryId) }));
  return { ...OK, count: found.length, data };
});

/** `GET /wxaapi/newtmpl/gettemplate` (official page "getWxaPubNewTemplate"): the account's own. */
export const templatesEndpoint: Endpoint = authorized({ method: 'GET' }, ({ subscribeTemplates }) => ({
  ...OK,
  data: subscribeTemplates.map(({ priTmplId, title, content, example, type, keywordEnumValueList }) => ({
    ...{ priTmplId, title, content, example, type },
    ...(keywordEnumValueList.length > 0 && { keywordEnumValueList }),
  })),
}));

function readTitlesQuery({
  ids,
  start = '',
  limit = '',
}: Readonly<Record<string, string>>): { ids: number[]; start: number; limit: number } | Refusal {
  if (!ids) return refuse(200018);
  const numbers = ids.split(',').map(Number);
  if (!numbers.every((id) => CATEGORIES.some((category) => category.id === id))) return refuse(200019);
  if (!/^\d{1,9}$/.test(start)) return refuse(200016);
  if (!/^\d{1,9}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST_TITLES) return refuse(200017);
  return { ids: numbers, start: Number(start), limit: Number(limit) };
}
