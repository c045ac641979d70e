import type { KeywordType, TemplateType } from '../config/subscribe-template.js';

/** A keyword of the public catalogue; its key in a template is its type and its number. */
export interface PublicKeyword {
  kid: number;
  name: string;
  example: string;
  type: KeywordType;
  /** Of an `enum`. */
  values?: string[];
}

/** A title of the public catalogue (公共模板库). */
export interface PublicTemplate {
  tid: number;
  title: string;
  type: TemplateType;
  categoryId: number;
  keywords: readonly PublicKeyword[];
  /** Cannot be added any more: 200013. */
  banned?: true;
}

export const CATEGORIES = [
  { id: 21, name: '在线教育' },
  { id: 307, name: '电商平台' },
] as const;

const keyword = (
  kid: number,
  name: string,
  type: KeywordType,
  example: string,
  values?: string[],
): PublicKeyword => ({ kid, name, example, type, ...(values && { values }) });

/** Small and made up, in the shape of the real one; between them the titles use every type of keyword. */
export const PUBLIC_TEMPLATES: readonly PublicTemplate[] = [
  {
    ...{ tid: 99, title: '上课提醒', type: 2, categoryId: 21 },
    keywords: [
      keyword(1, '课程名称', 'thing', '高等数学'),
      keyword(2, '上课时间', 'time', '2019年10月1日 15:01'),
      keyword(3, '老师', 'name', '张三'),
      keyword(4, '教室', 'character_string', 'A-101'),
      keyword(5, '上课方式', 'enum', '线上', ['线上', '线下']),
      keyword(6, '联系电话', 'phone_number', '+86-0766-66888866'),
    ],
  },
  {
    ...{ tid: 1128, title: '订单状态通知', type: 2, categoryId: 307 },
    keywords: [
      keyword(1, '订单编号', 'character_string', '2019100115'),
      keyword(2, '订单金额', 'amount', '￥99.9元'),
      keyword(3, '数量', 'number', '2'),
      keyword(4, '订单状态', 'phrase', '已发货'),
      keyword(5, '车牌号', 'car_number', '粤A8Z888挂'),
      keyword(6, '等级', 'letter', 'A'),
      keyword(7, '评分', 'symbol', '★★★'),
    ],
  },
  {
    ...{ tid: 2307, title: '停课通知', type: 3, categoryId: 21 },
    keywords: [
      keyword(1, '学校', 'thing', '第一小学'),
      keyword(2, '停课日期', 'date', '2019年10月1日'),
      keyword(3, '原因', 'thing', '台风'),
    ],
  },
  {
    ...{ tid: 4404, title: '优惠通知', type: 2, categoryId: 307, banned: true },
    keywords: [keyword(1, '优惠', 'thing', '满减'), keyword(2, '截止时间', 'time', '15:01')],
  },
];

export function findPublicTemplate(tid: unknown): PublicTemplate | undefined {
  const text = typeof tid === 'number' ? String(tid) : tid;
  return PUBLIC_TEMPLATES.find((template) => String(template.tid) === text);
}
