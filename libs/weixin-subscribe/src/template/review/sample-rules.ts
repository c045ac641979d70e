import { isDate, isOneOrRange, isTime } from '../keyword-moments.js';
import { plainWords } from './plain-words.js';

interface Kind {
  en: string;
  zh: string;
  /** How a keyword of this kind is called. */
  words: readonly string[];
  fits(sample: string): boolean;
}

const has = (pattern: RegExp) => (sample: string) => pattern.test(sample.normalize('NFKC'));
const MOMENT =
  /\d{1,2}:\d{2}|\d{2,4}[-/.年]\d{1,2}|\d+ ?(?:年|月|日|号|点|时|分|秒|小时|天|周)|[今明后昨]天|周|星期|[上下]午|[一二三四五六七八九十](?:月|日|点|时)/;
const isExactMoment = (sample: string) =>
  isOneOrRange(sample.trim(), (point) => isTime(point) || isDate(point));
const isMoment = (sample: string) => isExactMoment(sample) || has(MOMENT)(sample);
const isMoney = has(/^\p{Sc}\s*\d|^\d+(?:\.\d+)?元$/u);
const NUMERAL = /[\d〇零一二三四五六七八九十百千万两]/;

/** The last word of a keyword says what it holds: 上课时间 is a time, 电话接听时间 as well. */
const KINDS: readonly Kind[] = [
  { en: 'a time', zh: '时间', words: ['时间', '時間', '时刻', 'time'], fits: isMoment },
  { en: 'a date', zh: '日期', words: ['日期', '生日', 'date'], fits: isMoment },
  {
    en: 'an amount',
    zh: '金额',
    words: [
      '金额',
      '金額',
      '价格',
      '价钱',
      '单价',
      '总价',
      '费用',
      '余额',
      '欠费',
      '学费',
      'amount',
      'price',
      'fee',
    ],
    fits: has(NUMERAL),
  },
  {
    en: 'a number',
    zh: '数量',
    words: ['数量', '人数', '次数', '件数', '天数', '个数', '课时数', '数目', 'quantity', 'count'],
    fits: has(NUMERAL),
  },
  {
    en: 'a telephone number',
    zh: '电话号码',
    words: ['电话', '電話', '手机', '手机号', '手机号码', '电话号码', '热线', 'phone', 'telephone', 'mobile'],
    fits: (sample) => /^[\d\s+()*#转-]{3,}$/.test(sample.normalize('NFKC')) && /\d{2}/.test(sample),
  },
  {
    en: 'a number plate',
    zh: '车牌号',
    words: ['车牌', '车牌号', '车牌号码'],
    fits: (sample) => /[A-Za-z]/.test(sample) && /\d/.test(sample),
  },
  {
    en: 'a code of letters or digits',
    zh: '编号',
    words: [
      '单号',
      '订单号',
      '编号',
      '号码',
      '序号',
      '学号',
      '工号',
      '房号',
      '座位号',
      '验证码',
      '取件码',
      '流水号',
    ],
    fits: has(/[A-Za-z\d]/),
  },
  {
    en: 'an e-mail address',
    zh: '邮箱地址',
    words: ['邮箱', '电子邮箱', '邮箱地址', 'email'],
    fits: has(/^[^\s@]+@[^\s@]+\.[^\s@]+$/),
  },
  {
    en: 'a name',
    zh: '姓名',
    words: ['姓名', '名字', '联系人', '收件人', '申请人', '老师', '教师', '医生', '学生', '客户'],
    fits: (sample) => /\p{L}/u.test(sample) && !/\d{2}|@/.test(sample) && !isMoney(sample),
  },
  {
    en: 'a place',
    zh: '地点',
    words: ['地点', '地點', '地址', '教室', '位置', '门店', '校区', 'address', 'place', 'room'],
    fits: (sample) => !isExactMoment(sample) && !isMoney(sample) && !sample.includes('@'),
  },
];

/** What a keyword of this name would hold, when its name tells. */
export function kindOf(name: string): Pick<Kind, 'en' | 'zh' | 'fits'> | undefined {
  const plain = plainWords(name).replace(/\p{N}+$/u, '');
  const byLength = KINDS.flatMap((kind) => kind.words.map((word) => ({ kind, word }))).sort(
    (a, b) => b.word.length - a.word.length,
  );
  return byLength.find(({ word }) => plain.endsWith(word))?.kind;
}
