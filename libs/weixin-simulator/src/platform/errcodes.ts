/**
 * WeChat's own texts. Sources: the error tables of the send call, of the two token calls and of the general
 * code list (fact sheet §3.7, §4.3), of the upkeep calls (§4.6), and of the template management (§6.2). Where
 * a page gives no English text the entry says what it means.
 */
export const ERRMSG: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  0: 'ok',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40033: 'invalid charset. please check your request, if include \\uxxxx will create fail!',
  40036: 'invalid template_id size',
  40037: 'invalid template_id',
  40039: 'invalid url size',
  40062: 'invalid title size',
  40066: 'invalid url',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40164: 'invalid ip, not in whitelist',
  40165: 'invalid weapp pagepath',
  40166: 'invalid weapp appid',
  40201: 'invalid url',
  40202: 'invalid action',
  40203: 'invalid check_operator',
  40226: 'code blocked',
  40230: 'missing Wechatmp-Serial',
  40231: 'missing Wechatmp-TimeStamp',
  40232: 'missing Wechatmp-Signature',
  40233: 'missing Wechatmp-Appid',
  40234: 'invalid signature',
  40235: 'bad encryption',
  40236: 'invalid Wechatmp-Appid',
  40237: 'invalid Wechatmp-Appid match request',
  40238: 'developer secret sym serial not existed',
  40239: 'developer public key not existed',
  40240: 'timestamp expired',
  40243: 'AppSecret frozen',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  41028: 'invalid form id',
  41029: 'form id used count reach limit',
  41030: 'invalid page',
  42001: 'access_token expired',
  42003: 'oauth_code expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43003: 'require https',
  43004: 'require subscribe',
  43101: 'user refuse to accept the msg',
  43107: 'subscription ability banned',
  43108: 'concurrent sends to one user',
  44002: 'empty post data',
  45002: 'content size out of limit',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45168: 'content contains sensitive words',
  47001: 'data format error',
  47003: 'argument invalid!',
  48001: 'api unauthorized',
  48002: 'user block receive message',
  48004: 'api forbidden for irregularities, view detail on mp.weixin.qq.com',
  48006: 'forbid to clear quota because of reaching the limit',
  48017: 'this access domain is retired',
  50001: 'user unauthorized for this api',
  50002: 'user limited',
  50004: 'user not allow to use accesstoken, maybe for punishment',
  50005: 'user is unsubscribed',
  50007: 'account frozen',
  61004: 'access clientip is not registered',
  61007: 'api is unauthorized to component',
  76001: 'rid not found',
  76002: 'rid is error',
  76003: 'could not query this rid,no permission',
  76004: 'rid time is error',
  76021: 'cgi_path not found, please check',
  76022: 'could not use this cgi_path，no permission',
  200002: 'invalid parameter',
  200011: 'this account is banned from subscription messages',
  200012: 'personal template count reaches the limit',
  200013: 'this public template is banned',
  200014: 'invalid template tid',
  200016: 'invalid start',
  200017: 'invalid limit',
  200018: 'category ids missing',
  200019: 'invalid category ids',
  200020: 'invalid keyword kidList',
  200021: 'invalid sceneDesc',
  200022: 'this template was added already',
  200100: 'this account type has no templates',
  934011: 'signature is needed, please refer document',
  89503: 'this call needs the confirmation of the administrator',
  89506: 'this ip was refused by the administrator, try again after 24 hours',
  89507: 'this ip was refused by the administrator, try again after 1 hour',
};

/** The platform's "no". `detail` replaces the usual text. */
export interface Refusal {
  readonly errcode: number;
  readonly errmsg: string;
}

export function refuse(errcode: number, detail?: string): Refusal {
  return { errcode, errmsg: detail ?? ERRMSG[errcode] ?? 'unknown error' };
}

/** What the platform says when there is nothing else to say. */
export const OK = { errcode: 0, errmsg: 'ok' } as const;

export function isRefusal(value: object): value is Refusal {
  return 'errcode' in value && value.errcode !== 0;
}
