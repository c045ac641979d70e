/**
 * What each of WeChat's marketing kinds is called (docs/platform.md §5), in simplified and traditional
 * characters and in English.
 */
export const MARKETING: Readonly<Record<string, readonly string[]>> = {
  'discounts 消费优惠': [
    ...['优惠', '優惠', '折扣', '打折', '满减', '特价', '特價', '降价', '降價', '促销', '促銷', '大促'],
    ...['秒杀', '秒殺', '甩卖', '清仓', '立减', '福利', '让利', 'discount', 'promotion', 'bargain'],
  ],
  'rebates 购物返利': ['返利', '返现', '返現', '返佣', '佣金', 'rebate', 'cashback'],
  'new goods 商品更新': ['新品', '上新', '新款', '新货', '到货', '商品更新', '商品上架', 'newarrival'],
  'coupons 优惠券': ['券', '优惠券', '優惠券', '折扣券', '满减券', '红包券', 'coupon'],
  'vouchers 代金券': ['代金', '代金券', '抵用', '抵用券', '抵扣', '抵扣券', 'voucher'],
  'red packets 红包': ['红包', '紅包', '压岁钱', 'redpacket', 'hongbao'],
  'membership cards 会员卡': ['会员卡', '會員卡', '会员日', '会员权益', '贵宾卡', 'membershipcard'],
  'points 积分': ['积分', '積分', '集分', '返点', 'bonuspoint'],
  'campaigns 活动': [
    ...[
      '活动',
      '活動',
      '抽奖',
      '抽獎',
      '中奖',
      '中獎',
      '团购',
      '拼团',
      '砍价',
      '助力',
      '营销',
      '推广',
      '广告',
    ],
    ...['campaign', 'lottery', 'luckydraw'],
  ],
};

/** A trade, or a ticket: no coupon. */
export const NOT_MARKETING = ['证券', '證券', '债券', '入场券'];

/** Words that speak to or of one person, or name one company. */
export const PERSONAL = [
  ...['我', '你', '您', '咱', '俺', '亲们', '亲爱', '宝宝', '宝贝', '小主', '小伙伴', '主人', '大人', '老铁'],
  ...['先生', '女士', '小姐', '有限公司', '旗舰店', '专卖店', '官方', '本店', '本公司', '本校'],
];

/** Holds 我, 你 or 亲 without meaning anybody. */
export const NOT_PERSONAL = ['自我', '我国', '主人翁'];

/** Says that there is a message, not which. */
export const NO_SCENE = [
  ...[
    '提醒',
    '通知',
    '消息',
    '信息',
    '内容',
    '服务',
    '服務',
    '系统',
    '系統',
    '温馨',
    '溫馨',
    '重要',
    '最新',
    '新',
  ],
  ...[
    '订阅',
    '用户',
    '平台',
    '业务',
    '相关',
    '日常',
    '一般',
    '普通',
    '紧急',
    '公告',
    '提示',
    '状态',
    '变更',
    '更新',
  ],
  ...[
    '小程序',
    '公众号',
    '微信',
    '您',
    '的',
    '有',
    '到',
    '模板',
    '测试',
    '其他',
    '其它',
    '一次性',
    '定时',
    '自动',
  ],
];

/** Too broad for a keyword, also when put together (消息内容). WeChat names 内容; the others are of its kind. */
export const BROAD = [
  ...[
    '内容',
    '內容',
    '信息',
    '資訊',
    '消息',
    '详情',
    '详细',
    '数据',
    '資料',
    '资料',
    '情况',
    '事项',
    '文字',
    '文本',
  ],
  ...[
    '说明',
    '描述',
    '名称',
    '其他',
    '其它',
    '参数',
    '字段',
    '东西',
    '关键词',
    '通知',
    '提醒',
    '具体',
    '相关',
    '主要',
  ],
  ...['content', 'info', 'information', 'message', 'data', 'text', 'detail', 'details', 'other', 'keyword'],
];

/** Stands where a sample should be. */
export const NO_SAMPLE = [
  ...['测试', '示例', '样例', '例子', '示例内容', '内容示例', '待定', '略', '同上'],
  ...['test', 'sample', 'example', 'todo', 'tbd', 'na', 'null', 'undefined', 'none'],
];
