import type { Account } from '../config/options.js';
import type { SubscribeTemplate } from '../config/subscribe-template.js';
import { type Refusal, refuse } from '../platform/errcodes.js';
import type { Platform } from '../platform/platform.js';
import { findPublicTemplate, type PublicKeyword, type PublicTemplate } from './public-catalog.js';

const FEWEST_KEYWORDS = 2;
const MOST_KEYWORDS = 5;
const SCENE_LIMIT = 15;

/** What `addtemplate` is asked for; nothing is checked yet. */
export interface TemplateWish {
  tid: unknown;
  kidList: unknown;
  sceneDesc: unknown;
}

/** Adds a template of the public catalogue to the account's own, with the keywords in the order asked for. */
export function addTemplate(
  { accounts, random }: Platform,
  account: Account,
  wish: TemplateWish,
): SubscribeTemplate | Refusal {
  if (account.subscribeBanned) return refuse(200011);
  const found = findPublicTemplate(wish.tid);
  if (!found) return refuse(200014);
  if (found.banned) return refuse(200013);
  const keywords = readKeywords(found, wish.kidList);
  if (!keywords) return refuse(200020);
  if (!isSceneDesc(wish.sceneDesc)) return refuse(200021);
  const template = compose(found, keywords, random.base64url(43));
  if (account.subscribeTemplates.some((other) => isSame(other, template))) return refuse(200022);
  if (account.subscribeTemplates.length >= account.templateLimit) return refuse(200012);
  accounts.setSubscribeTemplates(account, [...account.subscribeTemplates, template]);
  return template;
}

/** Two to five different ones. */
function readKeywords({ keywords }: PublicTemplate, kidList: unknown): PublicKeyword[] | undefined {
  if (!Array.isArray(kidList) || new Set(kidList).size !== kidList.length) return undefined;
  if (kidList.length < FEWEST_KEYWORDS || kidList.length > MOST_KEYWORDS) return undefined;
  const chosen = kidList.map((kid) => keywords.find((each) => each.kid === kid));
  return chosen.every((each) => each !== undefined) ? chosen : undefined;
}

function isSceneDesc(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'string' && [...value].length <= SCENE_LIMIT)
  );
}

function compose(
  { title, type }: PublicTemplate,
  keywords: readonly PublicKeyword[],
  priTmplId: string,
): SubscribeTemplate {
  const key = (keyword: PublicKeyword) => `${keyword.type}${keyword.kid}`;
  return {
    ...{ priTmplId, title, type, banned: false },
    content: keywords.map((each) => `${each.name}:{{${key(each)}.DATA}}\n`).join(''),
    example: keywords.map(({ name, example }) => `${name}:${example}\n`).join(''),
    keywordEnumValueList: keywords.flatMap((each) =>
      each.values ? [{ keywordCode: key(each), enumValueList: each.values }] : [],
    ),
  };
}

function isSame(one: SubscribeTemplate, other: SubscribeTemplate): boolean {
  return one.title === other.title && one.content === other.content;
}
