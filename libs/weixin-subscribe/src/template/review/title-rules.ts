import { plainWords, without, wordsIn } from './plain-words.js';
import type { ReviewFinding } from './review.types.js';
import { isTooSimilar } from './similarity.js';
import { personal, symbols } from './text-rules.js';
import { MARKETING, NO_SCENE, NOT_MARKETING } from './word-lists.js';

const ENDING = /(?:提醒|通知)$/;

/** What is wrong with a title, rule by rule. */
export function titleFindings(title: string, otherTitles: readonly string[]): ReviewFinding[] {
  return [
    ...againstOthers(title, otherTitles),
    ...ending(title),
    ...symbols(title, 'title', 'title-symbols'),
    ...personal(title, 'title', 'title-personal'),
    ...scene(title),
    ...marketing(title),
  ];
}

function againstOthers(title: string, others: readonly string[]): ReviewFinding[] {
  const same = others.find((other) => plainWords(other) === plainWords(title));
  if (same !== undefined)
    return [
      {
        rule: 'title-unique',
        place: 'title',
        message: `the title "${same}" exists already; use that template, or name another scene`,
        messageZh: `标题“${same}”已存在，请直接使用该模板，或换一个能区分场景的标题`,
      },
    ];
  const near = others.find((other) => isTooSimilar(withoutEnding(other), withoutEnding(title)));
  if (near === undefined) return [];
  return [
    {
      rule: 'title-similar',
      place: 'title',
      message: `the title is too similar to "${near}"; say what tells the two scenes apart`,
      messageZh: `标题与“${near}”过于近似，请写出两者场景的区别`,
    },
  ];
}

function ending(title: string): ReviewFinding[] {
  if (ENDING.test(title)) return [];
  return [
    {
      rule: 'title-ending',
      place: 'title',
      message: 'the title must end with 提醒 or 通知',
      messageZh: '标题须以“提醒”或“通知”结尾',
    },
  ];
}

function scene(title: string): ReviewFinding[] {
  if (without(NO_SCENE, plainWords(title)) !== '') return [];
  return [
    {
      rule: 'title-scene',
      place: 'title',
      message: 'the title does not show the service scene; say what happened or is due, as 上课提醒 does',
      messageZh: '标题未体现具体服务场景，请写明发生或将要发生的事，例如“上课提醒”',
    },
  ];
}

function marketing(title: string): ReviewFinding[] {
  const text = without(NOT_MARKETING, plainWords(title));
  const found = wordsIn(text, Object.values(MARKETING).flat());
  return Object.entries(MARKETING).flatMap(([kind, words]): ReviewFinding[] => {
    const ofKind = found.filter((word) => words.includes(word));
    if (ofKind.length === 0) return [];
    const [en, zh] = [kind.replace(/ \S+$/, ''), kind.replace(/^.* /, '')];
    return [
      {
        rule: 'title-marketing',
        place: 'title',
        message: `the title speaks of ${en} (${ofKind.join(', ')}); nothing marketing is allowed`,
        messageZh: `标题涉及${zh}（${ofKind.join('、')}），不得含有营销内容`,
      },
    ];
  });
}

function withoutEnding(title: string): string {
  return plainWords(title).replace(ENDING, '');
}
