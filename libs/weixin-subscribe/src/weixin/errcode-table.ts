/** What a caller has to do with an answer; retries and the state of the grant follow from this alone. */
export type ErrcodeClass =
  | 'ok'
  | 'retry-later'
  | 'refresh-token-and-retry'
  | 'quota'
  | 'invalid-request'
  | 'recipient-refused-or-no-grant'
  | 'account-misconfigured'
  | 'unknown-code';

export interface BilingualText {
  readonly en: string;
  readonly zh: string;
}

export interface ErrcodeRow {
  readonly errcode: number;
  readonly errclass: ErrcodeClass;
  /** WeChat's usual text without its `rid`, or '' where none is known. For people; never match on it. */
  readonly errmsg: string;
  readonly meaning: BilingualText;
  readonly remedy: BilingualText;
  /** WeChat reported a fault but the call may have taken effect: the message may have been delivered. */
  readonly ambiguous?: true;
  /** The openid can not be written to from this account, now or later. */
  readonly openidUnusable?: true;
  /** Not before this many seconds is another attempt worth making. */
  readonly retryAfterSeconds?: number;
  /**
   * The row holds only for an answer of a token endpoint, for a request that carried a miniprogram block, or
   * for a call through WeChat Cloud Run.
   */
  readonly only?: 'token' | 'miniprogram' | 'cloud';
}

/** A call through Cloud Run, to which the relay added no identity (docs/platform.md §16). */
const NOT_RELAYED = {
  meaning: {
    en: 'WeChat Cloud Run did not add the identity of the account: WeChat asks for an access_token.',
    zh: '微信云托管没有为请求附加账号身份：微信要求提供 access_token。',
  },
  remedy: {
    en: 'Switch the open-interface service on (cloud.weixin.qq.com/cloudrun/openapi) and deploy a new version after it; see that this process runs in that environment and calls over HTTP.',
    zh: '在云托管控制台开启“开放接口服务”，之后重新部署一个新版本；并确认本进程运行在该环境中、使用 HTTP 调用。',
  },
};

/** Data only; `errcodes.ts` looks codes up and fills in the defaults. */
export const ERRCODE_ROWS: readonly ErrcodeRow[] = [
  // Any call
  {
    errcode: 0,
    errclass: 'ok',
    errmsg: 'ok',
    meaning: { en: 'WeChat accepted the request.', zh: '微信已接受该请求。' },
    remedy: { en: 'Nothing to do.', zh: '无需处理。' },
  },
  {
    errcode: -1,
    errclass: 'retry-later',
    errmsg: 'system error',
    ambiguous: true,
    meaning: {
      en: 'WeChat is busy. A send may have been delivered all the same.',
      zh: '微信系统繁忙，但消息仍有可能已经送达。',
    },
    remedy: {
      en: 'Do not blindly send again: look at the outcome of the message and resolve it. If every send answers -1, check that the template id is the one-time template and not a template-message or subscription-notification id.',
      zh: '不要盲目重发：先查看该消息的结果并确认处理。若每次发送都返回 -1，请检查所用的是否为一次性订阅消息的模板 ID，而不是模板消息或订阅通知的模板 ID。',
    },
  },
  {
    errcode: -1,
    only: 'token',
    errclass: 'retry-later',
    errmsg: 'system error',
    meaning: {
      en: 'WeChat is busy and issued no access_token.',
      zh: '微信系统繁忙，未签发 access_token。',
    },
    remedy: {
      en: 'Keep using the token that is still valid and ask again after 1 s, doubling the pause up to five times.',
      zh: '继续使用仍在有效期内的 access_token，1 秒后重新获取，间隔逐次加倍，最多尝试五次。',
    },
  },

  // Credentials and access_token
  {
    errcode: 40001,
    errclass: 'refresh-token-and-retry',
    errmsg: 'invalid credential, access_token is invalid or not latest',
    meaning: {
      en: 'The access_token is wrong or was replaced by a newer one.',
      zh: 'access_token 无效，或已被更新的 access_token 取代。',
    },
    remedy: {
      en: 'Refresh the token once and repeat the call once. If this returns often, another program mints tokens for the same appId: let all of them read from the one central token service.',
      zh: '刷新一次 access_token 后重试一次。如果频繁出现，说明另有程序在为同一 appId 获取 access_token，请让所有程序统一从中控服务读取。',
    },
  },
  {
    errcode: 40001,
    only: 'token',
    errclass: 'account-misconfigured',
    errmsg: 'invalid credential',
    meaning: {
      en: 'The AppSecret is wrong or does not belong to this AppID.',
      zh: 'AppSecret 错误，或不属于该 AppID。',
    },
    remedy: {
      en: 'Compare appSecret in the account options with the console (official account: developers.weixin.qq.com, 基础信息 → 开发密钥; for a mobile app the application page on open.weixin.qq.com); reset the secret there if nobody knows it.',
      zh: '将账号配置中的 appSecret 与后台核对（公众号：微信开发者平台“基础信息 → 开发密钥”；移动应用：微信开放平台的应用详情页）；若已无人知晓，请在该页面重置。',
    },
  },
  {
    errcode: 40001,
    only: 'cloud',
    errclass: 'account-misconfigured',
    errmsg: 'invalid credential, access_token is invalid or not latest',
    meaning: NOT_RELAYED.meaning,
    remedy: NOT_RELAYED.remedy,
  },
  {
    errcode: 40002,
    errclass: 'account-misconfigured',
    errmsg: 'invalid grant_type',
    meaning: {
      en: 'The grant_type was not client_credential.',
      zh: 'grant_type 不是 client_credential。',
    },
    remedy: {
      en: 'Check that no proxy or HTTP interceptor rewrites the query or body of the token request.',
      zh: '检查是否有代理或 HTTP 拦截器改写了获取 access_token 请求的参数或请求体。',
    },
  },
  {
    errcode: 40003,
    errclass: 'invalid-request',
    errmsg: 'invalid openid',
    openidUnusable: true,
    meaning: {
      en: 'The openid is empty, malformed or belongs to another account.',
      zh: 'openid 为空、格式不正确，或属于其他账号。',
    },
    remedy: {
      en: 'Use the openid that came with the confirmation for this very appId; an openid of another official account, app or mini program never works here.',
      zh: '请使用该 appId 授权确认时返回的 openid；其他公众号、移动应用或小程序的 openid 在此均无效。',
    },
  },
  {
    errcode: 40008,
    errclass: 'invalid-request',
    errmsg: 'invalid message type',
    meaning: { en: 'The message type is not allowed.', zh: '消息类型不合法。' },
    remedy: {
      en: 'Compare the request body with the documentation of the channel used; fields of different channels must not be mixed.',
      zh: '对照所用消息类型的接口文档检查请求体，不同类型消息的字段不能混用。',
    },
  },
  {
    errcode: 40013,
    errclass: 'account-misconfigured',
    errmsg: 'invalid appid',
    meaning: { en: 'WeChat does not know this AppID.', zh: 'AppID 不合法。' },
    remedy: {
      en: 'Copy appId in the account options from the console again (letter case counts) and check that the account was not moved or cancelled.',
      zh: '从后台重新复制账号配置中的 appId（区分大小写），并确认该账号未被迁移或注销。',
    },
  },
  {
    errcode: 40013,
    only: 'miniprogram',
    errclass: 'invalid-request',
    errmsg: 'invalid appid',
    meaning: {
      en: 'The mini program in the message is unknown or not associated with the sending account.',
      zh: '消息中的小程序 AppID 不合法，或该小程序未与发送消息的账号关联。',
    },
    remedy: {
      en: 'Check miniprogram.appId, and associate the published mini program with the account on mp.weixin.qq.com (Mini Program management); or send without the miniprogram block.',
      zh: '检查 miniprogram.appId，并在公众平台的“小程序管理”中关联已发布的小程序；或去掉 miniprogram 后再发送。',
    },
  },
  {
    errcode: 40014,
    errclass: 'refresh-token-and-retry',
    errmsg: 'invalid access_token',
    meaning: {
      en: 'The access_token is malformed or belongs to another account.',
      zh: 'access_token 不合法，或属于其他账号。',
    },
    remedy: {
      en: 'Refresh the token once and repeat the call once. If it persists, check that the call uses the token of the same appId and that nothing cuts or re-encodes it (store at least 512 characters).',
      zh: '刷新一次 access_token 后重试一次。若仍然出现，请确认使用的是同一 appId 的 access_token，且未被截断或重复编码（存储长度至少 512 个字符）。',
    },
  },
  {
    errcode: 40014,
    only: 'cloud',
    errclass: 'account-misconfigured',
    errmsg: 'invalid access_token',
    meaning: NOT_RELAYED.meaning,
    remedy: NOT_RELAYED.remedy,
  },
  {
    errcode: 40125,
    errclass: 'account-misconfigured',
    errmsg: 'invalid appsecret',
    meaning: { en: 'The AppSecret is not valid.', zh: 'AppSecret 不合法。' },
    remedy: {
      en: 'Replace appSecret in the account options by the current one; if it was reset in the console, the old one no longer works.',
      zh: '将账号配置中的 appSecret 更新为当前有效值；后台重置后旧的 AppSecret 立即失效。',
    },
  },
  {
    errcode: 40164,
    errclass: 'account-misconfigured',
    errmsg: 'invalid ip, not in whitelist',
    meaning: {
      en: 'The address this server calls from is not on the IP whitelist of the account.',
      zh: '当前服务器的出口 IP 不在该账号的 IP 白名单中。',
    },
    remedy: {
      en: 'Add the address named in errmsg to the IP whitelist (official account: developers.weixin.qq.com, 基础信息 → 开发密钥; mini-program: mp.weixin.qq.com, 开发管理 → 开发设置); for official accounts it guards sends as well as tokens.',
      zh: '将 errmsg 中给出的 IP 加入白名单（公众号：微信开发者平台“基础信息 → 开发密钥”；小程序：公众平台“开发管理 → 开发设置”）；公众号和服务号的白名单对获取 access_token 和发送消息都生效。',
    },
  },
  {
    errcode: 40243,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: { en: 'The AppSecret has been frozen.', zh: 'AppSecret 已被冻结。' },
    remedy: {
      en: 'Thaw the AppSecret on the console page where it is managed; it works again after about 10 minutes.',
      zh: '在后台管理 AppSecret 的页面解除冻结，约 10 分钟后生效。',
    },
  },
  {
    errcode: 41001,
    errclass: 'invalid-request',
    errmsg: 'access_token missing',
    meaning: { en: 'The request carried no access_token.', zh: '请求缺少 access_token 参数。' },
    remedy: {
      en: 'Check that no proxy or HTTP interceptor strips the query string of calls to the platform; on WeChat Cloud Run, that its open-interface service is switched on.',
      zh: '检查是否有代理或 HTTP 拦截器去掉了请求微信接口时的查询参数；在微信云托管中，检查是否已开启“开放接口服务”。',
    },
  },
  {
    errcode: 41001,
    only: 'cloud',
    errclass: 'account-misconfigured',
    errmsg: 'access_token missing',
    meaning: NOT_RELAYED.meaning,
    remedy: NOT_RELAYED.remedy,
  },
  {
    errcode: 41002,
    errclass: 'invalid-request',
    errmsg: 'appid missing',
    meaning: { en: 'The request carried no appid.', zh: '请求缺少 appid 参数。' },
    remedy: {
      en: 'Pass the appId of the account with this call (clear_quota wants it in the body).',
      zh: '调用时传入账号的 appId（clear_quota 接口需放在请求体中）。',
    },
  },
  {
    errcode: 41002,
    only: 'token',
    errclass: 'account-misconfigured',
    errmsg: 'appid missing',
    meaning: {
      en: 'The token request carried no appid.',
      zh: '获取 access_token 的请求缺少 appid 参数。',
    },
    remedy: {
      en: 'Set appId in the account options, and check that no proxy strips the query or body of the token request.',
      zh: '在账号配置中填写 appId，并检查是否有代理去掉了该请求的参数或请求体。',
    },
  },
  {
    errcode: 41004,
    errclass: 'invalid-request',
    errmsg: 'appsecret missing',
    meaning: { en: 'The request carried no appsecret.', zh: '请求缺少 appsecret 参数。' },
    remedy: {
      en: 'Pass the AppSecret with this call (clear_quota/v2 needs it); a remote role holds no secret and can not make it.',
      zh: '调用时传入 AppSecret（clear_quota/v2 需要）；remote 角色不保存密钥，不能调用此接口。',
    },
  },
  {
    errcode: 41004,
    only: 'token',
    errclass: 'account-misconfigured',
    errmsg: 'appsecret missing',
    meaning: {
      en: 'The token request carried no AppSecret.',
      zh: '获取 access_token 的请求缺少 secret 参数。',
    },
    remedy: {
      en: 'Set appSecret in the account options of the process that mints tokens.',
      zh: '在负责获取 access_token 的进程的账号配置中填写 appSecret。',
    },
  },
  {
    errcode: 41009,
    errclass: 'invalid-request',
    errmsg: 'missing openid',
    meaning: { en: 'The request carried no openid.', zh: '请求缺少 openid。' },
    remedy: {
      en: 'Fill in openid with the value that came with the confirmation; on cancel there is none and nothing may be sent.',
      zh: '填写用户确认授权时返回的 openid；用户取消时不会返回 openid，也不能发送消息。',
    },
  },
  {
    errcode: 42001,
    errclass: 'refresh-token-and-retry',
    errmsg: 'access_token expired',
    meaning: { en: 'The access_token has passed its lifetime.', zh: 'access_token 已过期。' },
    remedy: {
      en: 'Refresh the token once and repeat the call once. If it returns often, check the clock of the server and that the scheduled refresh is running.',
      zh: '刷新一次 access_token 后重试一次。如果频繁出现，请检查服务器时钟以及定时刷新任务是否正常运行。',
    },
  },
  {
    errcode: 42001,
    only: 'cloud',
    errclass: 'account-misconfigured',
    errmsg: 'access_token expired',
    meaning: NOT_RELAYED.meaning,
    remedy: NOT_RELAYED.remedy,
  },
  {
    errcode: 42007,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: 'The user changed the password, so user-level OAuth tokens are void. Not expected for the account-level token used here.',
      zh: '用户修改了微信密码，网页授权的用户级凭证已失效；此处使用账号级 access_token，正常不会出现。',
    },
    remedy: {
      en: 'Check that the call uses the account-level access_token and not a web OAuth token; then look the rid up with openapi/rid/get.',
      zh: '确认使用的是账号级 access_token 而非网页授权 access_token，并用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 50004,
    errclass: 'account-misconfigured',
    errmsg: 'user not allow to use accesstoken, maybe for punishment',
    meaning: {
      en: 'The account may not use the access_token interface, probably as a penalty.',
      zh: '该账号被禁止使用 access_token 接口，可能是违规处罚。',
    },
    remedy: {
      en: 'Read the station letters and the violation record on mp.weixin.qq.com and appeal there; until then no message can be sent for this account.',
      zh: '登录公众平台查看站内信和违规记录并申诉；在此之前该账号无法发送任何消息。',
    },
  },
  {
    errcode: 50007,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: { en: 'The account is frozen.', zh: '账号已被冻结。' },
    remedy: {
      en: 'Let the administrator of the account log in to the console, find the reason and unfreeze it.',
      zh: '请账号管理员登录后台查看冻结原因并申请解冻。',
    },
  },
  {
    errcode: 85105,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'WeChat Cloud Run called for an account that this environment does not belong to.',
      zh: '微信云托管以不属于该环境的账号发起了调用。',
    },
    remedy: {
      en: 'In an environment that another account shares, set credential.shared to true, and see on the console of Cloud Run that it is shared with this account.',
      zh: '如果环境由其他账号共享，请将 credential.shared 设为 true，并在云托管控制台确认已共享给该账号。',
    },
  },
  {
    errcode: 85112,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'The link of WeChat Cloud Run to the open interfaces is broken.',
      zh: '微信云托管到开放接口的链路异常。',
    },
    remedy: {
      en: 'Deploy a new version with the open-interface service switched on; if that does not help, ask the support of Cloud Run.',
      zh: '在开启“开放接口服务”的情况下重新部署一个新版本；仍不行请联系云托管支持。',
    },
  },
  {
    errcode: 89501,
    errclass: 'account-misconfigured',
    errmsg: '',
    retryAfterSeconds: 300,
    meaning: {
      en: 'The calling IP waits for confirmation by the administrator (older pages).',
      zh: '该 IP 正在等待管理员确认（见于旧版文档）。',
    },
    remedy: {
      en: 'Ask the administrator to confirm the request in WeChat, then call again from the same IP after a few minutes.',
      zh: '请管理员在微信中确认该请求，几分钟后从同一 IP 重新调用。',
    },
  },
  {
    errcode: 89503,
    errclass: 'account-misconfigured',
    errmsg: '',
    retryAfterSeconds: 300,
    meaning: {
      en: 'WeChat rates this call as risky and waits for confirmation by the administrator.',
      zh: '微信判定此次调用有风险，需管理员确认。',
    },
    remedy: {
      en: 'Ask the administrator to confirm the notice received in WeChat, then call again from the same IP after a few minutes.',
      zh: '请管理员在微信收到的通知中确认，几分钟后从同一 IP 重新调用。',
    },
  },
  {
    errcode: 89506,
    errclass: 'account-misconfigured',
    errmsg: '',
    retryAfterSeconds: 86_400,
    meaning: {
      en: 'The administrator refused this IP repeatedly; it is blocked for 24 hours.',
      zh: '管理员已多次拒绝该 IP 的调用，24 小时内不可再次调用。',
    },
    remedy: {
      en: 'Agree with the administrator on the servers that may call. This library asks again after 24 hours; once the administrator allows the IP, at once with POST /weixin/token/:appId/retry.',
      zh: '与管理员确认允许调用的服务器。本库 24 小时后再试；管理员放行该 IP 之后，可用 POST /weixin/token/:appId/retry 立即重试。',
    },
  },
  {
    errcode: 89507,
    errclass: 'account-misconfigured',
    errmsg: '',
    retryAfterSeconds: 3600,
    meaning: {
      en: 'The administrator refused this IP; it is blocked for 1 hour.',
      zh: '管理员拒绝了该 IP 的调用，1 小时内不可再次调用。',
    },
    remedy: {
      en: 'Agree with the administrator on the servers that may call, and have the call confirmed. This library asks again after 1 hour; once the IP is allowed, at once with POST /weixin/token/:appId/retry.',
      zh: '与管理员确认允许调用的服务器，并由管理员确认调用。本库 1 小时后再试；放行之后，可用 POST /weixin/token/:appId/retry 立即重试。',
    },
  },

  // Form of the request
  {
    errcode: 40033,
    errclass: 'invalid-request',
    errmsg: 'invalid charset',
    meaning: {
      en: 'The body holds characters this endpoint refuses, such as \\uXXXX escapes.',
      zh: '请求体包含该接口不接受的字符，例如 \\uXXXX 转义。',
    },
    remedy: {
      en: 'Send real UTF-8 JSON; check that no serializer or interceptor escapes non-ASCII characters.',
      zh: '请以 UTF-8 原文发送 JSON，检查序列化器或拦截器是否把非 ASCII 字符转义了。',
    },
  },
  {
    errcode: 40036,
    errclass: 'invalid-request',
    errmsg: 'invalid template_id size',
    meaning: {
      en: 'The template id is missing or has a wrong length.',
      zh: '缺少模板 ID 或其长度不正确。',
    },
    remedy: {
      en: 'Copy the whole template id (43 characters) from the console into templates of the account options and into the message.',
      zh: '从后台完整复制模板 ID（43 个字符），填入账号配置的 templates 以及消息的 templateId。',
    },
  },
  {
    errcode: 40037,
    errclass: 'invalid-request',
    errmsg: 'invalid template_id',
    meaning: {
      en: 'The template id is not a template of this account for this kind of message.',
      zh: '模板 ID 不是该账号下此类消息的模板。',
    },
    remedy: {
      en: 'Use the one-time template id shown for this account (developers.weixin.qq.com, 开放能力 → 一次性订阅消息; for a mobile app the capability area on open.weixin.qq.com); ids of other message kinds do not work.',
      zh: '使用该账号的一次性订阅消息模板 ID（公众号：微信开发者平台“开放能力 → 一次性订阅消息”；移动应用：微信开放平台应用详情的“能力专区”）；其他类型消息的模板 ID 无效。',
    },
  },
  {
    errcode: 40039,
    errclass: 'invalid-request',
    errmsg: 'invalid url size',
    meaning: { en: 'The url is too long.', zh: 'url 长度超出限制。' },
    remedy: {
      en: 'Shorten url, for instance to a short path that redirects to the long address.',
      zh: '缩短 url，例如改用会跳转到长地址的短路径。',
    },
  },
  {
    errcode: 40062,
    errclass: 'invalid-request',
    errmsg: 'invalid title size',
    meaning: { en: 'The title is empty or longer than 15 characters.', zh: '标题为空或超过 15 个字。' },
    remedy: {
      en: 'Send a title of 1 to 15 characters and move the rest into the content.',
      zh: '标题控制在 1 到 15 个字，其余内容放入正文。',
    },
  },
  {
    errcode: 40066,
    errclass: 'invalid-request',
    errmsg: 'invalid url',
    meaning: { en: 'The url is not allowed.', zh: 'url 不合法。' },
    remedy: {
      en: 'Send an absolute http(s) address of an ICP-registered domain, or leave url out.',
      zh: '使用已完成 ICP 备案域名的完整 http(s) 地址，或不传 url。',
    },
  },
  {
    errcode: 40165,
    errclass: 'invalid-request',
    errmsg: 'invalid weapp pagepath',
    meaning: { en: 'The page of the mini program does not exist.', zh: '小程序页面路径不存在。' },
    remedy: {
      en: 'Set miniprogram.pagepath to a page of the released version, without a leading slash, as written in app.json.',
      zh: '将 miniprogram.pagepath 设为线上版本中存在的页面，不带开头的斜杠，与 app.json 一致。',
    },
  },
  {
    errcode: 40166,
    errclass: 'invalid-request',
    errmsg: 'invalid weapp appid',
    meaning: {
      en: 'The AppID of the mini program is wrong or not associated with the account.',
      zh: '小程序 AppID 不正确，或未与该账号关联。',
    },
    remedy: {
      en: 'Check miniprogram.appId, and associate the published mini program with the account on mp.weixin.qq.com (Mini Program management).',
      zh: '检查 miniprogram.appId，并在公众平台的“小程序管理”中关联已发布的小程序。',
    },
  },
  {
    errcode: 41030,
    errclass: 'invalid-request',
    errmsg: 'invalid page',
    meaning: {
      en: 'The page is not part of the released version of the mini program.',
      zh: 'page 路径不正确，不在小程序的线上版本中。',
    },
    remedy: {
      en: 'Set page to a path listed in app.json of the released version, or leave it out.',
      zh: '将 page 设为线上版本 app.json 中存在的页面路径，或不传。',
    },
  },
  {
    errcode: 43001,
    errclass: 'invalid-request',
    errmsg: 'require GET method',
    meaning: { en: 'The call must be a GET.', zh: '该接口需要使用 GET 请求。' },
    remedy: {
      en: 'Call with GET; check that no proxy turns the request into another method.',
      zh: '改用 GET 调用，并检查代理是否改变了请求方法。',
    },
  },
  {
    errcode: 43002,
    errclass: 'invalid-request',
    errmsg: 'require POST method',
    meaning: { en: 'The call must be a POST.', zh: '该接口需要使用 POST 请求。' },
    remedy: {
      en: 'Call with POST; check that no proxy redirect turns the POST into a GET.',
      zh: '改用 POST 调用，并检查代理的重定向是否把 POST 变成了 GET。',
    },
  },
  {
    errcode: 43003,
    errclass: 'invalid-request',
    errmsg: 'require https',
    meaning: { en: 'The call must use HTTPS.', zh: '该接口必须使用 HTTPS。' },
    remedy: {
      en: 'Set the API base URL to https://api.weixin.qq.com.',
      zh: '将接口基础地址设为 https://api.weixin.qq.com。',
    },
  },
  {
    errcode: 44002,
    errclass: 'invalid-request',
    errmsg: 'empty post data',
    meaning: { en: 'The body of the POST was empty.', zh: 'POST 请求体为空。' },
    remedy: {
      en: 'Check that no proxy or HTTP interceptor drops the body.',
      zh: '检查是否有代理或 HTTP 拦截器丢弃了请求体。',
    },
  },
  {
    errcode: 45002,
    errclass: 'invalid-request',
    errmsg: 'content size out of limit',
    meaning: { en: 'The content is too long.', zh: '消息内容超过长度限制。' },
    remedy: {
      en: 'Shorten content.value to at most 200 characters, line breaks included.',
      zh: '将 content.value 缩短到 200 个字以内（换行计入字数）。',
    },
  },
  {
    errcode: 45003,
    errclass: 'invalid-request',
    errmsg: 'title size out of limit',
    meaning: { en: 'The title is too long.', zh: '标题超过长度限制。' },
    remedy: {
      en: 'Shorten the title to at most 15 characters.',
      zh: '将标题缩短到 15 个字以内。',
    },
  },
  {
    errcode: 45168,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: { en: 'The text holds words WeChat blocks.', zh: '消息内容包含敏感词。' },
    remedy: {
      en: 'Change the wording of the message; texts typed by users should pass a content check before they are sent.',
      zh: '修改消息文案；用户输入的内容应先做内容安全检查再发送。',
    },
  },
  {
    errcode: 47001,
    errclass: 'invalid-request',
    errmsg: 'data format error',
    meaning: {
      en: 'The body is not valid UTF-8 JSON, or a field has the wrong type.',
      zh: '请求体不是有效的 UTF-8 JSON，或字段类型不正确。',
    },
    remedy: {
      en: 'Check that data is an object and not a JSON string, that content.value is not empty, and that nothing on the way changes the encoding.',
      zh: '确认 data 是对象而不是 JSON 字符串、content.value 不为空，且中途没有改变编码。',
    },
  },
  {
    errcode: 47003,
    errclass: 'invalid-request',
    errmsg: 'argument invalid! data.x.value invalid',
    meaning: {
      en: 'A value does not fit the type of its template key; errmsg names the key.',
      zh: '模板参数不符合该关键词类型的规则，errmsg 会指出是哪个参数。',
    },
    remedy: {
      en: 'Correct the value named in errmsg to the limits of its type (thing: 20 characters, phrase: 5 Chinese characters, and so on).',
      zh: '按该关键词类型的限制修改 errmsg 指出的参数（例如 thing 不超过 20 个字符、phrase 不超过 5 个汉字）。',
    },
  },
  {
    errcode: 49003,
    errclass: 'invalid-request',
    errmsg: 'not match openid with access_token',
    openidUnusable: true,
    meaning: {
      en: 'The openid does not belong to the account of the access_token.',
      zh: 'openid 与 access_token 所属账号不匹配。',
    },
    remedy: {
      en: 'Send with the appId under which the user confirmed; ask the user again if that account is no longer used.',
      zh: '请使用用户授权确认时所属的 appId 发送；若该账号已停用，请让用户重新订阅。',
    },
  },

  // The recipient
  {
    errcode: 41028,
    errclass: 'recipient-refused-or-no-grant',
    errmsg: 'invalid form id',
    meaning: {
      en: 'The form_id or prepay_id is wrong, expired or not paid (retired mini-program template message).',
      zh: 'form_id 或 prepay_id 不正确、已过期或未支付（已下线的小程序模板消息）。',
    },
    remedy: {
      en: 'Do not retry. Collect a new form_id, or move to mini-program subscription messages, which replaced this interface in 2020.',
      zh: '不要重试。重新获取 form_id，或改用 2020 年起取代该接口的小程序订阅消息。',
    },
  },
  {
    errcode: 41029,
    errclass: 'recipient-refused-or-no-grant',
    errmsg: 'form id used',
    meaning: {
      en: 'The form_id has already been used (retired mini-program template message).',
      zh: 'form_id 已被使用（已下线的小程序模板消息）。',
    },
    remedy: {
      en: 'Do not retry: a form submit allows one message, a payment three. Wait for the next submit of the user.',
      zh: '不要重试：提交一次表单可发一条，支付一次可发三条。请等待用户下一次提交。',
    },
  },
  {
    errcode: 43004,
    errclass: 'recipient-refused-or-no-grant',
    errmsg: 'require subscribe',
    meaning: {
      en: 'The user would have to follow the account (not expected for one-time subscription messages).',
      zh: '需要用户关注该账号（一次性订阅消息正常不会出现）。',
    },
    remedy: {
      en: 'Do not retry. Check that the one-time endpoint is called and not one for followers; otherwise ask the user to subscribe again.',
      zh: '不要重试。确认调用的是一次性订阅消息接口而非面向粉丝的接口；否则请用户重新订阅。',
    },
  },
  {
    errcode: 43101,
    errclass: 'recipient-refused-or-no-grant',
    errmsg: 'user refuse to accept the msg',
    meaning: {
      en: 'There is no grant for this user, template and scene: never confirmed, cancelled, already used, or messages switched off.',
      zh: '该用户在此模板和场景下没有可用授权：未确认、已取消、已用完，或用户关闭了消息。',
    },
    remedy: {
      en: 'Do not retry. Ask the user to subscribe again at a moment a message is expected, and send with the same template and scene that were confirmed.',
      zh: '不要重试。在用户期待消息的时机再次请其订阅，并使用与授权时一致的模板和 scene 发送。',
    },
  },
  {
    errcode: 43108,
    errclass: 'retry-later',
    errmsg: '',
    meaning: {
      en: 'Several sends to the same user at the same time; this one was not delivered.',
      zh: '对同一用户并发发送，本次未送达。',
    },
    remedy: {
      en: 'Send again after a short pause, one message to one user at a time.',
      zh: '稍等片刻后重试，对同一用户逐条发送。',
    },
  },
  {
    errcode: 48002,
    errclass: 'recipient-refused-or-no-grant',
    errmsg: '',
    meaning: {
      en: 'The user switched off messages of this account.',
      zh: '用户关闭了接收该账号的消息。',
    },
    remedy: {
      en: 'Do not retry. Respect the choice and use another way to reach the user, or ask again when the user comes back.',
      zh: '不要重试。尊重用户的选择，改用其他方式通知，或在用户再次访问时重新询问。',
    },
  },
  {
    errcode: 50005,
    errclass: 'recipient-refused-or-no-grant',
    errmsg: 'user is unsubscribed',
    meaning: {
      en: 'The user does not follow the account (not expected for one-time subscription messages).',
      zh: '用户未关注该账号（一次性订阅消息正常不会出现）。',
    },
    remedy: {
      en: 'Do not retry. Ask the user to subscribe again; check that the one-time endpoint is called.',
      zh: '不要重试。请用户重新订阅，并确认调用的是一次性订阅消息接口。',
    },
  },

  // Quotas and rates
  {
    errcode: 45009,
    errclass: 'quota',
    errmsg: 'reach max api daily quota limit',
    meaning: {
      en: 'The daily quota of this interface is used up.',
      zh: '该接口当日调用额度已用完。',
    },
    remedy: {
      en: 'Pause this interface until the daily reset (assumed 00:00 Beijing time). Read the limit with openapi/quota/get; clearing it with clear_quota is possible 10 times a month and is a decision for the operator.',
      zh: '暂停调用该接口直到额度重置（按北京时间 0 点估计）。可用 openapi/quota/get 查看额度；clear_quota 每月可清零 10 次，由运维人员决定是否使用。',
    },
  },
  {
    errcode: 45009,
    only: 'token',
    errclass: 'quota',
    errmsg: 'reach max api daily quota limit',
    meaning: {
      en: 'The daily quota for fetching tokens is used up (cgi-bin/token: 2000 a day).',
      zh: '获取 access_token 的当日额度已用完（cgi-bin/token 每天 2000 次）。',
    },
    remedy: {
      en: 'Find out who mints so often and let all programs read from one central token service; an operator can reset the counter with clear_quota/v2, which needs the AppSecret instead of a token.',
      zh: '查明是谁在频繁获取 access_token，让所有程序统一从中控服务读取；运维人员可用 clear_quota/v2（凭 AppSecret 调用，无需 access_token）清零。',
    },
  },
  {
    errcode: 45011,
    errclass: 'retry-later',
    errmsg: 'api minute-quota reach limit, must slower, retry next minute',
    retryAfterSeconds: 60,
    meaning: {
      en: 'Too many calls within one minute; this one was not carried out.',
      zh: '一分钟内调用过于频繁，本次未执行。',
    },
    remedy: {
      en: 'Wait at least 60 seconds and lower the configured send rate.',
      zh: '至少等待 60 秒，并调低发送速率配置。',
    },
  },
  {
    errcode: 45028,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: 'The quota of mass messages is used up. Not expected for the interfaces used here.',
      zh: '群发次数已用完；本库所用接口正常不会出现。',
    },
    remedy: {
      en: 'Check that the call does not reach the mass-send interface; look the rid up with openapi/rid/get before sending anything again.',
      zh: '确认没有误调群发接口；再次发送前先用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 45047,
    errclass: 'unknown-code',
    errmsg: 'out of response count limit',
    meaning: {
      en: 'The limit of customer-service replies to this user is reached. Not expected for the interfaces used here.',
      zh: '客服消息下行条数超过上限；本库所用接口正常不会出现。',
    },
    remedy: {
      en: 'Check that the call does not reach the customer-service interface; look the rid up with openapi/rid/get before sending anything again.',
      zh: '确认没有误调客服消息接口；再次发送前先用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 48006,
    errclass: 'quota',
    errmsg: '',
    meaning: {
      en: 'The quota has been cleared as often as this month allows (10 times).',
      zh: '本月额度清零次数已用完（每月 10 次）。',
    },
    remedy: {
      en: 'Wait for the daily reset of the interface; clearing works again next month.',
      zh: '等待接口额度每日自动重置；下个月才能再次清零。',
    },
  },

  // The account and its permissions
  {
    errcode: 43107,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'The subscription-message ability of the account, or the template, is banned.',
      zh: '账号的订阅消息能力或该模板已被封禁。',
    },
    remedy: {
      en: 'Read the station letters on mp.weixin.qq.com, correct what is objected to and appeal there.',
      zh: '登录公众平台查看站内信，按要求整改后申诉。',
    },
  },
  {
    errcode: 43116,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'WeChat has restricted this template because it was abused.',
      zh: '该模板因被滥用，已被限制下发。',
    },
    remedy: {
      en: 'Stop sending with this template; read the station letters on mp.weixin.qq.com and appeal, or choose another template.',
      zh: '停止使用该模板；登录公众平台查看站内信并申诉，或改用其他模板。',
    },
  },
  {
    errcode: 48001,
    errclass: 'account-misconfigured',
    errmsg: 'api unauthorized',
    meaning: {
      en: 'The account may not use this interface, or the token is of another kind of account.',
      zh: '该账号没有此接口的权限，或 access_token 属于其他类型的账号。',
    },
    remedy: {
      en: 'Check the interface list (developers.weixin.qq.com, 接口管理 → 接口权限与额度; the account must be verified) or apply for the capability on open.weixin.qq.com (mobile app, capability area), and check kind in the account options.',
      zh: '检查接口权限（公众号须已认证：微信开发者平台“接口管理 → 接口权限与额度”；移动应用：在微信开放平台应用详情的“能力专区”申请），并核对账号配置中的 kind。',
    },
  },
  {
    errcode: 48001,
    only: 'cloud',
    errclass: 'account-misconfigured',
    errmsg: 'api unauthorized',
    meaning: {
      en: 'The account that WeChat Cloud Run called for may not use this interface.',
      zh: '微信云托管所代表的账号没有此接口的权限。',
    },
    remedy: {
      en: 'In an environment that another account shares, set credential.shared to true; else check the interface list of the account.',
      zh: '如果环境由其他账号共享，请将 credential.shared 设为 true；否则检查该账号的接口权限。',
    },
  },
  {
    errcode: 48004,
    errclass: 'account-misconfigured',
    errmsg: 'api forbidden for irregularities, view detail on mp.weixin.qq.com',
    meaning: {
      en: 'The interface is banned for this account because of violations.',
      zh: '接口因违规被封禁。',
    },
    remedy: {
      en: 'Log in to mp.weixin.qq.com, read the details of the violation and appeal or wait for the end of the ban.',
      zh: '登录公众平台查看违规详情，申诉或等待封禁期结束。',
    },
  },
  {
    errcode: 48017,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'The call reached a retired access address of the platform.',
      zh: '请求访问的是微信已下线的接入点 IP。',
    },
    remedy: {
      en: 'Call by the name api.weixin.qq.com and remove fixed IP addresses from hosts files, DNS overrides and proxies.',
      zh: '改用域名 api.weixin.qq.com 访问，清除 hosts、DNS 和代理中写死的 IP。',
    },
  },
  {
    errcode: 50001,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'The account is not authorized for this interface.',
      zh: '该账号未获得此接口的授权。',
    },
    remedy: {
      en: 'Check on developers.weixin.qq.com (接口管理 → 接口权限与额度) that the interface is granted to this account.',
      zh: '在微信开发者平台“接口管理 → 接口权限与额度”中确认该账号已获得此接口。',
    },
  },
  {
    errcode: 50002,
    errclass: 'account-misconfigured',
    errmsg: 'user limited',
    meaning: {
      en: 'The sending account (not the receiver) is frozen, migrated or cancelled.',
      zh: '发送方账号（而非接收用户）被冻结、迁移或注销。',
    },
    remedy: {
      en: 'Log in to the console to see the state of the account; after a migration replace appId, appSecret and templates and ask the users again.',
      zh: '登录后台查看账号状态；若已迁移，请更换 appId、appSecret 和 templates，并请用户重新订阅。',
    },
  },
  {
    errcode: 61004,
    errclass: 'account-misconfigured',
    errmsg: 'access clientip is not registered',
    meaning: {
      en: 'The calling IP is not registered with the third-party platform.',
      zh: '调用 IP 未在第三方平台登记。',
    },
    remedy: {
      en: 'Add the IP to the whitelist of the third-party platform on open.weixin.qq.com.',
      zh: '在微信开放平台的第三方平台详情中将该 IP 加入白名单。',
    },
  },
  {
    errcode: 61007,
    errclass: 'account-misconfigured',
    errmsg: 'api is unauthorized to component',
    meaning: {
      en: 'The account did not grant this interface to the third-party platform.',
      zh: '账号未将该接口的权限授予第三方平台。',
    },
    remedy: {
      en: 'Let the account authorize the third-party platform again with the permission set of this interface.',
      zh: '请账号重新授权第三方平台，并勾选包含该接口的权限集。',
    },
  },
  {
    errcode: 61023,
    errclass: 'account-misconfigured',
    errmsg: 'refresh_token is invalid',
    meaning: {
      en: 'The refresh token of a third-party platform authorization is no longer valid.',
      zh: '第三方平台授权的 refresh_token 已失效。',
    },
    remedy: {
      en: 'Let the account authorize the third-party platform again and store the new authorizer_refresh_token.',
      zh: '请账号重新授权第三方平台，并保存新的 authorizer_refresh_token。',
    },
  },

  // Third-party platforms
  {
    errcode: 41018,
    errclass: 'invalid-request',
    errmsg: 'missing component_appid',
    meaning: {
      en: 'The request names no third-party platform.',
      zh: '请求中缺少 component_appid。',
    },
    remedy: {
      en: 'Report it to the maintainers: this library always names it.',
      zh: '请反馈给维护者：本库总会带上该参数。',
    },
  },
  {
    errcode: 41021,
    errclass: 'invalid-request',
    errmsg: 'missing component_access_token',
    meaning: {
      en: 'The request carries no component_access_token.',
      zh: '请求中缺少 component_access_token。',
    },
    remedy: {
      en: 'Report it to the maintainers: this library always sends one.',
      zh: '请反馈给维护者：本库总会带上该参数。',
    },
  },
  {
    errcode: 42006,
    errclass: 'refresh-token-and-retry',
    errmsg: 'component_access_token expired',
    meaning: {
      en: 'The component_access_token has expired.',
      zh: 'component_access_token 已过期。',
    },
    remedy: {
      en: 'Nothing to do: it is replaced, and the call made once more.',
      zh: '无需处理：本库会更换 token 并重试一次。',
    },
  },
  {
    errcode: 61003,
    errclass: 'account-misconfigured',
    errmsg: 'component is not authorized by this account',
    meaning: {
      en: 'The account does not authorise the third-party platform (any more).',
      zh: '该账号没有（或不再）授权第三方平台。',
    },
    remedy: {
      en: 'Let the owner of the account authorise the third-party platform again.',
      zh: '请账号管理员重新授权第三方平台。',
    },
  },
  {
    errcode: 61005,
    errclass: 'account-misconfigured',
    errmsg: 'component ticket is expired',
    meaning: {
      en: 'The component_verify_ticket is more than 12 hours old.',
      zh: 'component_verify_ticket 已超过 12 小时。',
    },
    remedy: {
      en: 'Find out why no ticket arrives: WeChat pushes one every 10 minutes to the address of authorisation events.',
      zh: '检查为何收不到 ticket：微信每 10 分钟向授权事件接收地址推送一次。',
    },
  },
  {
    errcode: 61006,
    errclass: 'account-misconfigured',
    errmsg: 'component ticket is invalid',
    meaning: {
      en: 'The component_verify_ticket is not one of this third-party platform.',
      zh: 'component_verify_ticket 不属于该第三方平台。',
    },
    remedy: {
      en: 'Compare component.appId with the page of the platform on open.weixin.qq.com, and wait for the next ticket.',
      zh: '将 component.appId 与微信开放平台的第三方平台详情核对，并等待下一次推送。',
    },
  },
  {
    errcode: 61009,
    errclass: 'invalid-request',
    errmsg: 'code is invalid',
    meaning: {
      en: 'The authorization_code was used before, or is none of this platform.',
      zh: '授权码已被使用，或不属于该第三方平台。',
    },
    remedy: {
      en: 'Look whether the account is authorised already; else have its owner authorise again.',
      zh: '查看该账号是否已完成授权；否则请管理员重新授权。',
    },
  },
  {
    errcode: 61010,
    errclass: 'invalid-request',
    errmsg: 'code is expired',
    meaning: {
      en: 'The authorization_code has expired.',
      zh: '授权码已过期。',
    },
    remedy: {
      en: 'Have the owner of the account authorise again.',
      zh: '请账号管理员重新授权。',
    },
  },
  {
    errcode: 61011,
    errclass: 'account-misconfigured',
    errmsg: 'invalid component',
    meaning: {
      en: 'The component_appid is not that of a third-party platform.',
      zh: 'component_appid 不是有效的第三方平台。',
    },
    remedy: {
      en: 'Compare component.appId with the page of the platform on open.weixin.qq.com.',
      zh: '将 component.appId 与微信开放平台的第三方平台详情核对。',
    },
  },

  // Supporting calls: callback check, rid and quota look-ups
  {
    errcode: 40201,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'The callback check found no usable push URL.',
      zh: '网络检测未找到可用的回调 URL。',
    },
    remedy: {
      en: 'Set the server address for message push (official account: developers.weixin.qq.com, 基础信息 → 域名与消息推送配置; mini-program: mp.weixin.qq.com, 开发管理 → 开发设置) before running the check.',
      zh: '先填写服务器地址（公众号：微信开发者平台“基础信息 → 域名与消息推送配置”；小程序：公众平台“开发管理 → 开发设置”），再做网络检测。',
    },
  },
  {
    errcode: 40202,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'The action of the callback check is not valid.',
      zh: '网络检测的 action 参数不正确。',
    },
    remedy: { en: 'Use dns, ping or all for action.', zh: 'action 只能取 dns、ping 或 all。' },
  },
  {
    errcode: 40203,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'The check_operator of the callback check is not valid.',
      zh: '网络检测的 check_operator 参数不正确。',
    },
    remedy: {
      en: 'Use CHINANET, UNICOM, CAP or DEFAULT for check_operator.',
      zh: 'check_operator 只能取 CHINANET、UNICOM、CAP 或 DEFAULT。',
    },
  },
  {
    errcode: 76001,
    errclass: 'invalid-request',
    errmsg: 'rid not found',
    meaning: {
      en: 'WeChat has no record of this rid, or it is older than 7 days.',
      zh: 'rid 不存在，或已超过 7 天。',
    },
    remedy: {
      en: 'Look a rid up within 7 days, copied in full from errmsg.',
      zh: '请在 7 天内查询，并从 errmsg 中完整复制 rid。',
    },
  },
  {
    errcode: 76002,
    errclass: 'invalid-request',
    errmsg: 'rid is error',
    meaning: { en: 'The rid is empty or malformed.', zh: 'rid 为空或格式错误。' },
    remedy: {
      en: 'Pass only the three groups of eight hex digits that follow "rid:" in errmsg.',
      zh: '只传 errmsg 中 rid: 之后的三组 8 位十六进制字符。',
    },
  },
  {
    errcode: 76003,
    errclass: 'invalid-request',
    errmsg: 'could not query this rid, no permission',
    meaning: {
      en: 'The rid belongs to another account; quota look-ups answer this too when cgi_path lacks its leading slash.',
      zh: '该 rid 属于其他账号；查询额度时 cgi_path 缺少开头的斜杠也会返回此码。',
    },
    remedy: {
      en: 'Look the rid up with the token of the account that made the call; write cgi_path as /cgi-bin/… without the host.',
      zh: '使用产生该 rid 的账号的 access_token 查询；cgi_path 写成 /cgi-bin/…，不带域名。',
    },
  },
  {
    errcode: 76004,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: { en: 'The rid can not be looked up any more.', zh: '该 rid 已无法查询。' },
    remedy: {
      en: 'Repeat the failing call to get a new rid and look that one up within 7 days.',
      zh: '重新触发该错误以获得新的 rid，并在 7 天内查询。',
    },
  },
  {
    errcode: 76021,
    errclass: 'invalid-request',
    errmsg: 'cgi_path not found, please check',
    meaning: { en: 'The cgi_path is unknown.', zh: 'cgi_path 填写错误。' },
    remedy: {
      en: 'Write cgi_path as in the documentation of the interface, for instance /cgi-bin/message/template/subscribe.',
      zh: '按接口文档填写 cgi_path，例如 /cgi-bin/message/template/subscribe。',
    },
  },
  {
    errcode: 76022,
    errclass: 'invalid-request',
    errmsg: 'could not use this cgi_path, no permission',
    meaning: {
      en: 'The account of the token has nothing to do with this cgi_path.',
      zh: 'access_token 所属账号与该接口不匹配。',
    },
    remedy: {
      en: 'Use the token of an account that has this interface; /sns/ paths can not be looked up at all.',
      zh: '使用拥有该接口的账号的 access_token；/sns/ 类接口不支持查询。',
    },
  },

  // Template management
  {
    errcode: 404,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: 'Listed by WeChat for reading categories and templates, without an explanation.',
      zh: '微信在查询类目和模板的接口中列出此码，但未说明含义。',
    },
    remedy: {
      en: 'Check the path of the call and that the account has a service category set in the console; look the rid up with openapi/rid/get.',
      zh: '检查请求路径以及账号是否已在后台设置服务类目，并用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 20001,
    errclass: 'retry-later',
    errmsg: 'system error',
    ambiguous: true,
    meaning: {
      en: 'Template management met a system error; the call may have taken effect.',
      zh: '模板管理接口系统错误，操作可能已经生效。',
    },
    remedy: {
      en: 'List the templates of the account first, then repeat the call with growing pauses if its effect is missing.',
      zh: '先查询账号下的模板列表，确认未生效后再以逐渐加长的间隔重试。',
    },
  },
  {
    errcode: 20002,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: 'Listed by WeChat for deleting a template, without an explanation.',
      zh: '微信在删除模板接口中列出此码，但未说明含义。',
    },
    remedy: {
      en: 'Check priTmplId against the template list of the account; look the rid up with openapi/rid/get.',
      zh: '对照账号的模板列表检查 priTmplId，并用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 40400,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: 'Listed by WeChat for adding a template, without an explanation.',
      zh: '微信在选用模板接口中列出此码，但未说明含义。',
    },
    remedy: {
      en: 'Check tid and kidList against the public template library; look the rid up with openapi/rid/get.',
      zh: '对照公共模板库检查 tid 和 kidList，并用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 200001,
    errclass: 'retry-later',
    errmsg: '',
    ambiguous: true,
    meaning: {
      en: 'Template management met a system error; the call may have taken effect.',
      zh: '模板管理接口系统错误，操作可能已经生效。',
    },
    remedy: {
      en: 'List the templates of the account first, then repeat the call with growing pauses if its effect is missing.',
      zh: '先查询账号下的模板列表，确认未生效后再以逐渐加长的间隔重试。',
    },
  },
  {
    errcode: 200002,
    errclass: 'unknown-code',
    errmsg: '',
    meaning: {
      en: 'Listed by WeChat for deleting templates and reading keywords, without an explanation.',
      zh: '微信在删除模板和查询关键词接口中列出此码，但未说明含义。',
    },
    remedy: {
      en: 'Check the parameters of the call against the documentation; look the rid up with openapi/rid/get.',
      zh: '对照接口文档检查参数，并用 openapi/rid/get 查询 rid。',
    },
  },
  {
    errcode: 200011,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'The account is banned and can not manage templates.',
      zh: '此账号已被封禁，无法操作模板。',
    },
    remedy: {
      en: 'Read the station letters on mp.weixin.qq.com and appeal there.',
      zh: '登录公众平台查看站内信并申诉。',
    },
  },
  {
    errcode: 200012,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'The account holds as many templates as it may.',
      zh: '账号下的模板数量已达上限。',
    },
    remedy: {
      en: 'Delete a template that is no longer used, then add the new one.',
      zh: '删除不再使用的模板后再添加。',
    },
  },
  {
    errcode: 200013,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'This public template is banned and can not be chosen.',
      zh: '此模板已被封禁，无法选用。',
    },
    remedy: {
      en: 'Choose another template from the public library.',
      zh: '从公共模板库中选用其他模板。',
    },
  },
  {
    errcode: 200014,
    errclass: 'invalid-request',
    errmsg: 'tid does not exist',
    meaning: { en: 'The template title id (tid) is wrong.', zh: '模板标题 tid 参数错误。' },
    remedy: {
      en: 'Take tid from getpubtemplatetitles for a service category the account has.',
      zh: '通过 getpubtemplatetitles 获取账号所属类目下的 tid。',
    },
  },
  {
    errcode: 200016,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: { en: 'The parameter start is wrong.', zh: 'start 参数错误。' },
    remedy: { en: 'Pass start as an integer, counted from 0.', zh: 'start 须为从 0 开始的整数。' },
  },
  {
    errcode: 200017,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: { en: 'The parameter limit is wrong.', zh: 'limit 参数错误。' },
    remedy: { en: 'Pass limit as an integer from 1 to 30.', zh: 'limit 须为 1 到 30 的整数。' },
  },
  {
    errcode: 200018,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: { en: 'The category ids are missing.', zh: '缺少类目 ids。' },
    remedy: {
      en: 'Pass ids as a comma-separated list taken from getcategory.',
      zh: '传入由 getcategory 得到的类目 ids，以逗号分隔。',
    },
  },
  {
    errcode: 200019,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: { en: 'The category ids are not valid.', zh: '类目 ids 不合法。' },
    remedy: {
      en: 'Pass only category ids that getcategory returns for this account.',
      zh: '只传入 getcategory 为该账号返回的类目 id。',
    },
  },
  {
    errcode: 200020,
    errclass: 'invalid-request',
    errmsg: 'invalid keywords',
    meaning: { en: 'The keyword list (kidList) is wrong.', zh: '关键词列表 kidList 参数错误。' },
    remedy: {
      en: 'Pass 2 to 5 keyword ids that getpubtemplatekeywords returns for this tid.',
      zh: '传入 2 到 5 个由 getpubtemplatekeywords 返回的、属于该 tid 的关键词 id。',
    },
  },
  {
    errcode: 200021,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'The scene description (sceneDesc) is wrong.',
      zh: '场景描述 sceneDesc 参数错误。',
    },
    remedy: {
      en: 'Describe the service scene in at most 15 characters.',
      zh: '服务场景描述不超过 15 个字。',
    },
  },
  {
    errcode: 200022,
    errclass: 'invalid-request',
    errmsg: '',
    meaning: {
      en: 'A template with the same title and keywords already exists.',
      zh: '相同标题和关键词的模板已存在。',
    },
    remedy: {
      en: 'Use the existing template: gettemplate lists it with its id.',
      zh: '直接使用已有模板，可通过 gettemplate 查到其 ID。',
    },
  },
  {
    errcode: 200100,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: {
      en: 'This type of account can not use template management.',
      zh: '该账号类型不支持模板管理接口。',
    },
    remedy: {
      en: 'Use a mini program or a verified service account, and check kind in the account options.',
      zh: '请使用小程序或已认证的服务号，并核对账号配置中的 kind。',
    },
  },

  // API security
  {
    errcode: 40230,
    errclass: 'invalid-request',
    errmsg: 'missing Wechatmp-Serial',
    meaning: { en: 'The call carried no Wechatmp-Serial.', zh: '请求缺少 Wechatmp-Serial。' },
    remedy: {
      en: 'Report it to the maintainers: no document asks for this header in a request.',
      zh: '请反馈给维护者：文档并未要求请求携带此头。',
    },
  },
  {
    errcode: 40231,
    errclass: 'invalid-request',
    errmsg: 'missing Wechatmp-TimeStamp',
    meaning: { en: 'The call carried no Wechatmp-TimeStamp.', zh: '请求缺少 Wechatmp-TimeStamp。' },
    remedy: {
      en: 'Set apiSecurity of the account, and check that no proxy strips the headers Wechatmp-*.',
      zh: '为账号配置 apiSecurity，并检查是否有代理去掉了 Wechatmp-* 请求头。',
    },
  },
  {
    errcode: 40232,
    errclass: 'invalid-request',
    errmsg: 'missing Wechatmp-Signature',
    meaning: { en: 'The call carried no Wechatmp-Signature.', zh: '请求缺少 Wechatmp-Signature。' },
    remedy: {
      en: 'Set apiSecurity of the account, and check that no proxy strips the headers Wechatmp-*.',
      zh: '为账号配置 apiSecurity，并检查是否有代理去掉了 Wechatmp-* 请求头。',
    },
  },
  {
    errcode: 40233,
    errclass: 'account-misconfigured',
    errmsg: 'missing Wechatmp-Appid',
    meaning: {
      en: 'The account has API security switched on, and the call was not signed.',
      zh: '该账号已开启 API 安全，但请求未签名。',
    },
    remedy: {
      en: 'Set apiSecurity of the account (its keys are in the console, API 安全), or switch API security off there; check that no proxy strips the headers Wechatmp-*.',
      zh: '为账号配置 apiSecurity（密钥见后台“API 安全”），或在后台关闭 API 安全；并检查是否有代理去掉了 Wechatmp-* 请求头。',
    },
  },
  {
    errcode: 40234,
    errclass: 'account-misconfigured',
    errmsg: 'invalid signature',
    meaning: { en: 'The signature of the call is wrong.', zh: '请求签名错误。' },
    remedy: {
      en: 'Compare apiSecurity.applicationKey with the public key in the console; set apiSecurity.signedBaseUrl where apiBaseUrl is a gateway; check that nothing on the way rewrites the body.',
      zh: '核对 apiSecurity.applicationKey 与后台的公钥；如果 apiBaseUrl 是网关，请设置 apiSecurity.signedBaseUrl；并检查中途是否有组件改写了请求体。',
    },
  },
  {
    errcode: 40235,
    errclass: 'account-misconfigured',
    errmsg: 'bad encryption',
    meaning: { en: 'WeChat could not decrypt the call.', zh: '微信无法解密该请求。' },
    remedy: {
      en: 'Compare the first of apiSecurity.symmetricKeys and its number with the console; both change when the key is replaced.',
      zh: '核对 apiSecurity.symmetricKeys 的第一项及其编号与后台是否一致；更换密钥时两者都会变化。',
    },
  },
  {
    errcode: 40236,
    errclass: 'account-misconfigured',
    errmsg: 'invalid Wechatmp-Appid',
    meaning: {
      en: 'WeChat does not know the appid that signed the call.',
      zh: '签名所用的 Wechatmp-Appid 无效。',
    },
    remedy: {
      en: 'Correct appId of the account, or apiSecurity.appId where the keys are of another one.',
      zh: '请更正账号的 appId；若密钥属于其他 AppID，请更正 apiSecurity.appId。',
    },
  },
  {
    errcode: 40237,
    errclass: 'account-misconfigured',
    errmsg: 'invalid Wechatmp-Appid match request',
    meaning: {
      en: 'The access_token belongs to another appid than the one that signed.',
      zh: 'access_token 与签名所用的 AppID 不匹配。',
    },
    remedy: {
      en: 'Remove apiSecurity.appId; only for an account of a third-party platform it is the component appid.',
      zh: '删除 apiSecurity.appId；仅当账号由第三方平台代调用时才填写其 component appid。',
    },
  },
  {
    errcode: 40238,
    errclass: 'account-misconfigured',
    errmsg: 'developer secret sym serial not existed',
    meaning: { en: 'The account has no symmetric key at WeChat.', zh: '开发者未设置对称密钥。' },
    remedy: {
      en: 'Make a symmetric key (AES256_GCM) in the console (API 安全) and put it into apiSecurity.symmetricKeys.',
      zh: '在后台“API 安全”中设置对称密钥（AES256_GCM），并填入 apiSecurity.symmetricKeys。',
    },
  },
  {
    errcode: 40239,
    errclass: 'account-misconfigured',
    errmsg: '',
    meaning: { en: 'The account has no application key at WeChat.', zh: '开发者未设置公钥。' },
    remedy: {
      en: 'Make an application key (RSAwithSHA256) in the console (API 安全) and put its private half into apiSecurity.applicationKey.',
      zh: '在后台“API 安全”中设置非对称密钥（RSAwithSHA256），并将私钥填入 apiSecurity.applicationKey。',
    },
  },
  {
    errcode: 40240,
    errclass: 'retry-later',
    errmsg: 'timestamp expired',
    meaning: {
      en: 'The time of the signed call is too far from WeChat’s clock.',
      zh: '签名请求的时间戳与微信服务器时间相差过大。',
    },
    remedy: {
      en: 'Set the clock of this server (NTP). The call is signed anew when it is tried again.',
      zh: '校准服务器时钟（NTP）。重试时会重新签名。',
    },
  },
  {
    errcode: 934011,
    errclass: 'account-misconfigured',
    errmsg: 'signature is needed',
    meaning: { en: 'This call has to be signed and encrypted.', zh: '该接口必须签名并加密。' },
    remedy: {
      en: 'Set apiSecurity of the account: its keys are in the console (API 安全).',
      zh: '为账号配置 apiSecurity，密钥见后台“API 安全”。',
    },
  },

  // Who a person is: OAuth and code2Session
  {
    errcode: 40029,
    errclass: 'invalid-request',
    errmsg: 'invalid code',
    meaning: {
      en: 'The code of the login is wrong, was used before, has expired, or was issued to another appid.',
      zh: '登录 code 无效、已使用、已过期，或不属于该 AppID。',
    },
    remedy: {
      en: 'Let the person start again: a code is good for one exchange within five minutes.',
      zh: '请让用户重新发起：code 在五分钟内只能使用一次。',
    },
  },
  {
    errcode: 40163,
    errclass: 'invalid-request',
    errmsg: 'code been used',
    meaning: { en: 'The code of the login was used before.', zh: '登录 code 已被使用。' },
    remedy: {
      en: 'Let the person start again; never repeat an exchange.',
      zh: '请让用户重新发起；不要重复兑换同一个 code。',
    },
  },
  {
    errcode: 40226,
    errclass: 'invalid-request',
    errmsg: 'code blocked',
    meaning: {
      en: 'WeChat blocks the login of this person (high risk).',
      zh: '该用户属高风险用户，微信已拦截其登录。',
    },
    remedy: {
      en: 'Refuse the person; another try does not help.',
      zh: '拒绝该用户；重试无效。',
    },
  },
  {
    errcode: 41008,
    errclass: 'invalid-request',
    errmsg: 'missing code',
    meaning: { en: 'The exchange carried no code.', zh: '请求缺少 code。' },
    remedy: {
      en: 'Let the person start again.',
      zh: '请让用户重新发起。',
    },
  },
  {
    errcode: 42003,
    errclass: 'invalid-request',
    errmsg: 'oauth_code expired',
    meaning: { en: 'The code of the login has expired.', zh: '登录 code 已过期。' },
    remedy: {
      en: 'Let the person start again: a code lives for five minutes.',
      zh: '请让用户重新发起：code 有效期为五分钟。',
    },
  },

  // Service cards: set_user_notify, set_user_notifyext, get_user_notify
  {
    errcode: 85431,
    errclass: 'retry-later',
    errmsg: 'system error',
    ambiguous: true,
    meaning: {
      en: 'WeChat is busy. The card may have been changed all the same.',
      zh: '微信系统繁忙，但卡片仍有可能已经更新。',
    },
    remedy: {
      en: 'Do not repeat it blindly: get_user_notify says what the card shows.',
      zh: '不要盲目重试：先用 get_user_notify 查询卡片当前状态。',
    },
  },
  {
    errcode: 85433,
    errclass: 'invalid-request',
    errmsg: 'invalid check_json',
    meaning: {
      en: 'The payment that goes with the activation of a card is not that of the order.',
      zh: '激活卡片时提交的支付信息（check_json）与订单不符。',
    },
    remedy: {
      en: 'Give the real amount in fen and the moment of the payment; sample values are refused.',
      zh: '填写真实的支付金额（单位：分）与支付时间；示例数值会被拒绝。',
    },
  },
  {
    errcode: 85434,
    errclass: 'invalid-request',
    errmsg: 'invalid notify_type',
    meaning: {
      en: 'The type of the card is not one of those of WeChat.',
      zh: '卡片类型 notify_type 不合法。',
    },
    remedy: {
      en: 'Use a notify_type of the table of types.',
      zh: '请使用文档中列出的 notify_type。',
    },
  },
  {
    errcode: 85435,
    errclass: 'invalid-request',
    errmsg: 'invalid content_json',
    meaning: {
      en: 'The content of the card can not be read.',
      zh: 'content_json 参数不合法，无法解析。',
    },
    remedy: {
      en: 'It must be text with JSON in it.',
      zh: 'content_json 必须是 JSON 序列化后的字符串。',
    },
  },
  {
    errcode: 85436,
    errclass: 'account-misconfigured',
    errmsg: 'notify_code abnormal',
    meaning: {
      en: 'WeChat has blocked the code of this card.',
      zh: '该 notify_code 状态异常，已被封禁。',
    },
    remedy: {
      en: 'Stop updating this card, and look in the console for violations of the rules about buttons and orders.',
      zh: '停止更新该卡片，并在公众平台后台查看是否有按钮或订单方面的违规。',
    },
  },
  {
    errcode: 85437,
    errclass: 'invalid-request',
    errmsg: 'invalid notify_code',
    meaning: {
      en: 'WeChat does not know this code together with this person.',
      zh: '该 notify_code 不存在，或与该用户不匹配。',
    },
    remedy: {
      en: 'Use the transaction_id of a payment in this very mini-program and the openid of who paid; one that was paid just now may be known a minute later.',
      zh: '请使用在本小程序内支付产生的 transaction_id 及付款人的 openid；刚支付的订单可在 1 分钟后重试。',
    },
  },
  {
    errcode: 85438,
    errclass: 'invalid-request',
    errmsg: 'notify_code expired',
    meaning: {
      en: 'The time of the code is over.',
      zh: '该 notify_code 已过期。',
    },
    remedy: {
      en: 'Nothing more can be done with this card; where the payment was just made, check its moment and the clock of the server.',
      zh: '该卡片不能再更新；如果是刚完成的支付，请检查支付时间与服务器时钟。',
    },
  },
  {
    errcode: 85439,
    errclass: 'invalid-request',
    errmsg: 'content_json with wrong status',
    meaning: {
      en: 'The state is none of this type of card, or may not follow the one that it shows.',
      zh: 'content_json 中的状态不合法，或不能由卡片当前状态变更而来。',
    },
    remedy: {
      en: 'Ask get_user_notify which state the card shows, and choose one that may follow.',
      zh: '用 get_user_notify 查询卡片当前状态，再选择允许的后续状态。',
    },
  },
  {
    errcode: 85440,
    errclass: 'invalid-request',
    errmsg: 'content_json lack need field',
    meaning: {
      en: 'The content of the card lacks a field of this state.',
      zh: 'content_json 缺少该状态的必填字段。',
    },
    remedy: {
      en: 'Add the fields that the page of this type asks for.',
      zh: '请按该类型的文档补全必填字段。',
    },
  },
  {
    errcode: 85441,
    errclass: 'invalid-request',
    errmsg: 'content_json has unformat field',
    meaning: {
      en: 'A field of the content of the card has a wrong format.',
      zh: 'content_json 中有字段格式不正确。',
    },
    remedy: {
      en: 'Check numbers, moments in seconds and lengths against the page of this type.',
      zh: '请对照该类型的文档检查数字、秒级时间与长度。',
    },
  },
  {
    errcode: 85442,
    errclass: 'invalid-request',
    errmsg: 'content_json blocked by securiy audit',
    meaning: {
      en: 'The content of the card did not pass the check of contents.',
      zh: 'content_json 包含未通过内容安全审核的信息。',
    },
    remedy: {
      en: 'Change the text or the image; do not send it again as it is.',
      zh: '修改文字或图片后再提交，不要原样重发。',
    },
  },
  {
    errcode: 85443,
    errclass: 'invalid-request',
    errmsg: 'content_json has illegal utf8 char',
    meaning: {
      en: 'The content of the card holds characters that are not UTF-8.',
      zh: 'content_json 包含非 UTF-8 字符。',
    },
    remedy: {
      en: 'Take halves of emoji and control characters out of it.',
      zh: '去掉不完整的 emoji 与控制字符。',
    },
  },
  {
    errcode: 85444,
    errclass: 'invalid-request',
    errmsg: 'pay_info check fail',
    meaning: {
      en: 'The member pay_info of ext_json did not pass the check.',
      zh: 'ext_json 中的 pay_info 校验不通过。',
    },
    remedy: {
      en: 'Compare its fields with the page of set_user_notifyext.',
      zh: '请对照 set_user_notifyext 文档检查其字段。',
    },
  },
  {
    errcode: 85445,
    errclass: 'invalid-request',
    errmsg: 'store_info check fail',
    meaning: {
      en: 'The member store_info of ext_json did not pass the check.',
      zh: 'ext_json 中的 store_info 校验不通过。',
    },
    remedy: {
      en: 'Compare its fields with the page of set_user_notifyext.',
      zh: '请对照 set_user_notifyext 文档检查其字段。',
    },
  },
  {
    errcode: 85446,
    errclass: 'invalid-request',
    errmsg: 'shipping_list check fail',
    meaning: {
      en: 'The member shipping_list of ext_json did not pass the check.',
      zh: 'ext_json 中的 shipping_list 校验不通过。',
    },
    remedy: {
      en: 'Compare its fields with the page of set_user_notifyext.',
      zh: '请对照 set_user_notifyext 文档检查其字段。',
    },
  },
  {
    errcode: 85447,
    errclass: 'invalid-request',
    errmsg: 'product_list check fail',
    meaning: {
      en: 'The member product_list of ext_json did not pass the check.',
      zh: 'ext_json 中的 product_list 校验不通过。',
    },
    remedy: {
      en: 'Compare its fields with the page of set_user_notifyext.',
      zh: '请对照 set_user_notifyext 文档检查其字段。',
    },
  },
  {
    errcode: 85448,
    errclass: 'retry-later',
    errmsg: 'notify_code has used',
    ambiguous: true,
    meaning: {
      en: 'The card was begun before, by this call or by another one.',
      zh: '该 notify_code 已经推送过，卡片已被激活。',
    },
    remedy: {
      en: 'Ask get_user_notify what the card shows before anything is sent.',
      zh: '先用 get_user_notify 查询卡片当前状态，再决定是否更新。',
    },
  },
  {
    errcode: 85449,
    errclass: 'retry-later',
    errmsg: 'is dealing and locked, retry later',
    retryAfterSeconds: 2,
    meaning: {
      en: 'Another update of this card is at work at WeChat.',
      zh: '该卡片正在更新，已加锁。',
    },
    remedy: {
      en: 'Wait a second or two, and make one update of a card at a time.',
      zh: '等待 1–2 秒；同一张卡片的更新请逐个进行。',
    },
  },
  {
    errcode: 85461,
    errclass: 'account-misconfigured',
    errmsg: 'notify_type access deny',
    meaning: {
      en: 'The mini-program may not use this type of card.',
      zh: '该小程序未获准使用此类型的卡片。',
    },
    remedy: {
      en: 'Check the category of the mini-program, and add the template of this type to the account.',
      zh: '检查小程序类目，并在后台添加该类型的模板。',
    },
  },
  {
    errcode: 85462,
    errclass: 'account-misconfigured',
    errmsg: 'app aceess deny',
    meaning: {
      en: 'The mini-program is not admitted to service cards.',
      zh: '该小程序未获准使用服务卡片。',
    },
    remedy: {
      en: 'Apply for it in the console, and use the released version of the mini-program.',
      zh: '请在后台申请准入，并使用正式版小程序。',
    },
  },
  {
    errcode: 85470,
    errclass: 'invalid-request',
    errmsg: 'invalid ext_json',
    meaning: {
      en: 'The ext_json of the card can not be read.',
      zh: 'ext_json 参数不合法。',
    },
    remedy: {
      en: 'It must be text with JSON in it, and each of its members as well.',
      zh: 'ext_json 必须是 JSON 字符串，其每个成员也必须是 JSON 字符串。',
    },
  },
  {
    errcode: 85471,
    errclass: 'invalid-request',
    errmsg: 'ext_json has illegal utf8 char',
    meaning: {
      en: 'The ext_json of the card holds characters that are not UTF-8.',
      zh: 'ext_json 包含非 UTF-8 字符。',
    },
    remedy: {
      en: 'Take halves of emoji and control characters out of it.',
      zh: '去掉不完整的 emoji 与控制字符。',
    },
  },
];
