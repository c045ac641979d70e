import 'reflect-metadata';
import { InvalidInputError } from '../../kernel/errors.js';
import { REVIEW_RULES, type TemplateDraft } from './review.types.js';
import { reviewTemplate } from './review-template.js';

const KEYWORDS = [
  { name: '课程名称', example: '高等数学' },
  { name: '上课时间', example: '2026年11月21日 08:50' },
  { name: '教室', example: 'A-301' },
];
const titled = (title: string, otherTitles?: string[]): TemplateDraft => ({
  title,
  keywords: KEYWORDS,
  otherTitles,
});
const named = (...names: string[]): TemplateDraft => ({
  title: '上课提醒',
  keywords: names.map((name) => ({ name, example: '高等数学 301' })),
});
const sampled = (name: string, example: string): TemplateDraft => ({
  title: '上课提醒',
  keywords: [{ name, example }],
});
const found = (draft: TemplateDraft) => reviewTemplate(draft).map(({ rule, place }) => `${rule} at ${place}`);

describe('the review of a template', () => {
  it.each([
    '上课提醒',
    '订单发货通知',
    '退款成功通知',
    '会议室预约成功提醒',
    '证券账户开户进度通知',
    '自我评价提交提醒',
    '入场券使用提醒',
    '快递到达通知',
    'VIP候诊提醒',
    '2号线停运通知',
  ])('finds nothing wrong with %s', (title) => {
    expect(reviewTemplate(titled(title, ['缴费提醒', '作业批改通知']))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['上课', ['title-ending']],
    ['提醒上课', ['title-ending']],
    ['上课提醒。', ['title-ending', 'title-symbols']],
    ['上课提醒 ', ['title-ending', 'title-symbols']],
    ['【重要】上课提醒', ['title-symbols']],
    ['上课😀提醒', ['title-symbols']],
    ['上课\n提醒', ['title-symbols']],
    ['您的课程提醒', ['title-personal']],
    ['亲爱的同学上课提醒', ['title-personal']],
    ['某某有限公司开会通知', ['title-personal']],
    ['13800000000来电提醒', ['title-personal']],
    ['提醒', ['title-scene']],
    ['服务通知', ['title-scene']],
    ['温馨提醒', ['title-scene']],
    ['最新系统消息提醒', ['title-scene']],
    ['商品打折通知', ['title-marketing']],
    ['購物返利提醒', ['title-marketing']],
    ['新品上架通知', ['title-marketing']],
    ['优 惠 券到期提醒', ['title-marketing']],
    ['优惠券到期提醒', ['title-marketing']],
    ['折扣和积分提醒', ['title-marketing', 'title-marketing']],
    ['代金券过期提醒', ['title-marketing']],
    ['紅包到账提醒', ['title-marketing']],
    ['会员卡到期提醒', ['title-marketing']],
    ['积分变动通知', ['title-marketing']],
    ['活动报名通知', ['title-marketing']],
    ['ＤＩＳＣＯＵＮＴ通知', ['title-marketing']],
  ])('of the title %j finds %j', (title, rules) => {
    expect(found(titled(title))).toEqual(rules.map((rule) => `${rule} at title`));
  });

  it.each<[string, string, string]>([
    ['上课提醒', '上课提醒', 'title-unique'],
    ['上 课 提醒', '上课提醒', 'title-unique'],
    ['上课提醒', '上课通知', 'title-similar'],
    ['订单发货通知', '发货订单通知', 'title-similar'],
    ['会议室预约成功提醒', '会议室预订成功提醒', 'title-similar'],
  ])('compares %s with %s', (title, other, rule) => {
    expect(found(titled(title, ['缴费提醒', other]))).toEqual([`${rule} at title`]);
  });

  it.each([
    ['上课提醒', '下课提醒'],
    ['订单发货通知', '订单收货通知'],
    ['预约成功提醒', '预约取消提醒'],
  ])('tells %s from %s', (title, other) => {
    expect(reviewTemplate(titled(title, [other]))).toEqual([]);
  });

  it.each<[string[], string]>([
    [['课程', '课程'], 'keyword-unique at keywords[1].name'],
    [['课程 ', '课程'], 'keyword-symbols at keywords[0].name,keyword-unique at keywords[1].name'],
    [['课程名', '课程名称'], 'keyword-similar at keywords[1].name'],
    [['备注1', '备注2'], 'keyword-similar at keywords[1].name'],
    [['课程/班级'], 'keyword-symbols at keywords[0].name'],
    [['我的课程'], 'keyword-personal at keywords[0].name'],
    [['内容'], 'keyword-broad at keywords[0].name'],
    [['消息内容'], 'keyword-broad at keywords[0].name'],
    [['内容1'], 'keyword-broad at keywords[0].name'],
    [['Content'], 'keyword-broad at keywords[0].name'],
  ])('of the keywords %j finds %s', (names, expected) => {
    expect(found(named(...names)).join()).toBe(expected);
  });

  it.each([
    ['上课时间', '8:50'],
    ['上课时间', '明天上午'],
    ['开放时间', '2019年10月1日 15:01~16:00'],
    ['预约日期', '10月1日'],
    ['支付金额', '¥12.50'],
    ['学费', '三百元'],
    ['参加人数', '12人'],
    ['联系电话', '+86-0766-66888866'],
    ['手机号码', '138****1234'],
    ['电话接听时间', '9:00~18:00'],
    ['车牌号', '粤A8Z888'],
    ['订单号', 'NO20261121'],
    ['邮箱', 'a@example.com'],
    ['学生姓名', '王小明'],
    ['老师', 'Tom Smith'],
    ['上课地点', '教学楼 A-301'],
    ['教室', '301'],
    ['课程名称', '2019年10月1日 15:01'],
  ])('lets the sample of %s be %s', (name, example) => {
    expect(found(sampled(name, example))).toEqual([]);
  });

  it.each([
    ['上课时间', '高等数学'],
    ['上课时间', 'A-301'],
    ['预约日期', '王小明'],
    ['支付金额', '已支付'],
    ['参加人数', '很多'],
    ['联系电话', '王小明'],
    ['手机号码', '8:50'],
    ['车牌号', '王小明'],
    ['订单号', '高等数学'],
    ['邮箱', '13800000000'],
    ['学生姓名', '2019年10月1日'],
    ['学生姓名', '13800000000'],
    ['上课地点', '8:50'],
    ['上课地点', '¥100'],
    ['课程名称', ''],
    ['课程名称', '课程名称'],
    ['课程名称', 'xxx'],
    ['课程名称', '***'],
    ['课程名称', '测试'],
  ])('does not let the sample of %s be %j', (name, example) => {
    expect(found(sampled(name, example))).toEqual(['keyword-example at keywords[0].example']);
  });

  it('says in both languages what is wrong', () => {
    const drafts = [
      titled('【我】服务', ['【我】服务']),
      titled('您的优惠', ['您的优惠通知']),
      named('内容', '内容', '我的内容!', '我的内容2'),
      sampled('时间', '高等数学'),
      titled('服务通知'),
    ];
    const findings = drafts.flatMap((draft) => reviewTemplate(draft));
    for (const { message, messageZh } of findings) {
      expect(message).toMatch(/^[a-z].{10,}[^.]$/);
      expect(messageZh).toMatch(/^[“\p{Script=Han}].{5,}[^。]$/u);
    }
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(REVIEW_RULES));
  });

  it.each([
    [{ title: '上课提醒', keywords: [] }, 'keywords must be a list of 1 to 20 objects, got 0'],
    [
      { title: '上课提醒', keywords: ['课程'] },
      'keywords must be a list of 1 to 20 objects, got one that is not',
    ],
    [{ title: '', keywords: KEYWORDS }, 'title must be text of 1 to 100 characters'],
    [{ title: '上课提醒', keywords: [{ name: '课程' }] }, 'keywords.0.example must be text'],
    [{ ...titled('上课提醒'), otherTitles: 'x' }, 'otherTitles must be a list of 0 to 1000 texts'],
    [{ ...titled('上课提醒'), other: 1 }, 'other is not a known field'],
    [undefined, 'the input must be a JSON object'],
  ])('is not made of %j', (draft, says) => {
    expect(() => reviewTemplate(draft as TemplateDraft)).toThrow(InvalidInputError);
    expect(() => reviewTemplate(draft as TemplateDraft)).toThrow(says);
  });
});
