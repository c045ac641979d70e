/** Generated from docs/problems.ts: npm run docs:generate. The API itself answers in English. */
export const problemsInChinese: Readonly<Record<string, string>> = {
  WEIXIN_INVALID_INPUT:
    "字段缺失或超出限制。errors[] 列出每个有问题的字段，逐一改正。",
  WEIXIN_ACCOUNT_KIND:
    "账号类型不对：authorize 用于公众号，app/* 用于移动应用，subscribe/* 用于小程序和公众号。检查 appId 和配置里的 kind。",
  WEIXIN_RETURN_TO_REFUSED:
    "returnTo 缺失或不在允许范围内。把它的源（和路径）加入 authorization.returnTo，或设置 authorization.defaultReturnTo。",
  WEIXIN_ANSWER_MISMATCH:
    "答复里的模板、scene 或 openid 与订阅请求不一致。请原样提交 SDK 或前端得到的内容；否则请用户重新操作。",
  WEIXIN_SERVICE_KEY:
    "没有有效的密钥。请求头带上 Authorization: Bearer …，key 取自 serviceKeys；没有配置 serviceKeys 时，这些接口拒绝所有人。",
  WEIXIN_SERVICE_FORBIDDEN:
    "密钥有效，但该调用方缺少所需的 scope，或无权使用该账号，detail 里写明了是哪一个。把它加入 serviceKeys 中该调用方的 scopes 或 accounts，或换用其他调用方的密钥。",
  WEIXIN_OPENID_UNKNOWN:
    "小程序前端或 wx-open-subscribe 的结果里没有用户身份，必须由宿主给出。让 authorization.subject 返回 { id, openid }，openid 属于该账号（来自 wx.login 与 code2Session，或网页授权），并先让用户登录。",
  WEIXIN_OPENID_UNPROVEN:
    "配置 authorization.oauth: \"base\" 后，浏览器必须先经过微信网页授权才能确认。请让用户从 authorize 给出的地址进入，不要直接打开确认页。",
  WEIXIN_SNAPSHOT_USER:
    "微信以快照页打开了页面，其中的 openid 是虚拟的。页面会提示用户使用完整服务后重新操作。",
  WEIXIN_ACCOUNT_NOT_AUTHORIZED:
    "账号管理员已取消对你的第三方平台的授权。请其重新授权，之后等待中的消息会自动继续。",
  WEIXIN_COMPONENT_NOT_CONFIGURED:
    "已挂载第三方平台的接口，但没有配置选项 component。",
  WEIXIN_AUTHORIZATION_CODE_REFUSED:
    "管理员带回的授权码已被使用、已过期或不属于该第三方平台。先查看 GET component/authorizers；若没有该账号，请管理员重新授权。",
  WEIXIN_COMPONENT_UNAVAILABLE:
    "无法以第三方平台的身份请求微信，或被拒绝，原因见 errcode。请稍后重试；若持续出现，检查第三方平台的 ticket、密钥和白名单。",
  WEIXIN_LOGIN_CODE_REFUSED:
    "登录 code 已被使用、已过期或属于其他账号；40226 表示该用户被拦截。不要再次兑换同一个 code，请让用户重新发起。",
  WEIXIN_LOGIN_UNAVAILABLE:
    "微信未能返回用户身份，code 仍可能已被用掉：请让用户重新发起。若持续出现，errcode 会指出账号的问题。",
  WEIXIN_JSSDK_URL_REFUSED:
    "该地址不是你的页面。请传入编码一次的 location.href.split(\"#\")[0]，并把其来源加入 jssdk.origins。",
  WEIXIN_STATE_UNKNOWN:
    "这个 state 不是本服务在该入口签发的，或已按保留期清除。确认两次请求连的是同一个数据库，然后请用户重新操作。",
  WEIXIN_STATE_FOREIGN:
    "state 属于另一个浏览器或用户，或我们的 Cookie 没有带回来。开始和结束必须使用同一个域名；移动应用里，两次请求须以同一用户身份发出，或保留 Cookie。",
  WEIXIN_PUSH_REFUSED:
    "不是微信在最近五分钟内为该账号签名的推送。具体原因见服务端日志；核对后台的 Token、EncodingAESKey 和加解密方式，以及服务器时间。",
  WEIXIN_PUSH_NOT_CONFIGURED:
    "该账号没有配置推送。在该账号的 push 里填写后台的 Token 和 EncodingAESKey。",
  WEIXIN_PUSH_EVENT_NOT_FOUND:
    "没有这个 id 的推送事件，或它属于该客户端不能使用的账号。请从 GET pushes 取 id；事件在 retention.pushEventsDays 之后删除。",
  WEIXIN_PUSH_EVENT_NOT_FAILED:
    "该推送事件没有失败：已处理完，或仍在调用监听器。无需处理。",
  WEIXIN_PUSH_TOO_LARGE:
    "推送超过 128 KiB（解密后 64 KiB）；微信的推送只有几 KiB。请检查还有谁知道这个地址。",
  WEIXIN_UNKNOWN_ACCOUNT:
    "把该 appId 加入 accounts，或改正它。",
  WEIXIN_ACCOUNT_DISABLED:
    "该账号已停用（enabled: false）。请启用，或使用其他账号。",
  WEIXIN_ACCOUNTS_UNAVAILABLE:
    "启动以来还没有读到账号来源。请重试；如果持续出现，原因见日志。",
  WEIXIN_ACCOUNT_EXISTS:
    "该账号已存在。请用 PATCH 修改，或先移除。",
  WEIXIN_ACCOUNT_NOT_EDITABLE:
    "该账号写在配置项 accounts 中，或来自您自己的来源。请在那里修改。",
  WEIXIN_UNKNOWN_TEMPLATE:
    "把该模板 ID 加入账号的 templates，或改正它。",
  WEIXIN_PURPOSE_UNKNOWN:
    "该用途没有正在使用的 scene。发起订阅请求前先调用 SceneRegistry.sceneFor 登记；指向已释放用途的链接会得到此错误。",
  WEIXIN_MESSAGE_NOT_FOUND:
    "检查 id；已结束的消息在 retention.messagesDays 之后删除。",
  WEIXIN_BROADCAST_NOT_FOUND:
    "检查 id；已结束的群发和草稿在 retention.messagesDays 之后删除。密钥无权使用的账号的群发，也得到同样的答复。",
  WEIXIN_RECURRING_BROADCAST_NOT_FOUND:
    "检查 id；已删除的、或密钥无权使用的账号的定期群发，都得到同样的答复。",
  WEIXIN_UNKNOWN_RENDERER:
    "本进程里没有以该名称 @BroadcastRenderer 装饰的 provider，detail 列出已有的名称。群发没有开始。",
  WEIXIN_NO_GRANT:
    "该账号、openid、模板、scene 下没有未用的授权。请用户重新订阅；确认一次只能发一条。",
  WEIXIN_STATE_REUSED:
    "这个订阅请求已经有过不同的答复，以第一次为准，无需处理。",
  WEIXIN_IDEMPOTENCY_KEY_REUSED:
    "这个幂等键已用于收件人或内容不同的另一条消息（messageId）。新消息请用新键。",
  WEIXIN_MESSAGE_IN_FLIGHT:
    "使用该键的第一次发送尚未结束，或是延迟消息、还在等待发送时间。稍后用同一个键再调用一次，或读取 GET /weixin/messages/:id。",
  WEIXIN_MESSAGE_NOT_UNKNOWN:
    "只有 unknown 的消息可以 resolve，且结论只能给一次；这条已是其他状态，没有任何改动：读取 GET /weixin/messages/:id。",
  WEIXIN_SCENES_EXHAUSTED:
    "该模板在此范围内已没有空闲的 scene。释放已结束的用途（SceneRegistry.release），或放宽 scenes 选项；当某个 scene 下不再有有效授权、未答复的订阅请求和未结束的群发时，它才会重新空闲。",
  WEIXIN_MESSAGE_NOT_RESENDABLE:
    "只有以 failed 或 refused 结束的消息可以重发：可能已经送达的不能重发。detail 说明原因；laterMessageId 是之后内容相同的那条消息，请看那一条。结果未知的消息要先处理。",
  WEIXIN_MESSAGE_NOT_WAITING:
    "只有还在等待的延迟消息可以取消，这条正在发送或已经结束。读取 GET /weixin/messages/:id。",
  WEIXIN_BROADCAST_STATE:
    "群发当前的状态不允许此操作，detail 里写明了状态。没有任何改动：重新读取后再决定。",
  WEIXIN_BROADCAST_INTAKE_BUSY:
    "另一个调用正在向该草稿添加接收人。等它结束；如果那个进程已经退出，一分钟后再试。",
  WEIXIN_RECURRING_BROADCAST_STATE:
    "它已经暂停，或并未暂停。没有做任何改动。",
  WEIXIN_RECURRING_BROADCAST_NAME_TAKEN:
    "该账号已有同名但内容或时间不同的定期群发。请换一个名称，或删除原来的；要修改，请删除后重新创建。",
  WEIXIN_BROADCAST_KEY_REUSED:
    "该幂等键属于内容不同的另一个群发。新的群发请用新的键。",
  WEIXIN_STATE_EXPIRED:
    "在 authorization.intentTtlSeconds 内没有答复。请用户重新操作。",
  WEIXIN_MESSAGE_REFUSED:
    "微信对该用户拒绝投递（43101 等），授权作废。请用户重新订阅。",
  WEIXIN_RATE_LIMITED:
    "同一地址或用户的请求过多。等待 retryAfterSeconds；如果所有人都遇到，请设置 trust proxy 或调高 rateLimit.perMinute。",
  WEIXIN_TEMPLATE_REFUSED:
    "微信拒绝了一次模板管理调用，原因见 errcode。422：改正请求；503：额度或繁忙，稍后再试，其中繁忙（-1、20001、200001）时可能已经生效，请先查看模板列表；502：我方或账号的问题。见模板。",
  WEIXIN_TEMPLATE_UNANSWERED:
    "模板管理调用没有得到可用的响应。mayHaveHappened 为真时，先查看模板列表确认是否已经生效；否则重试即可。",
  WEIXIN_MESSAGE_FAILED:
    "确定没有送达；授权保留，微信认为 openid 不可用时（40003 等）除外。422：改正消息；503：额度或繁忙，稍后再发；502：我方或账号的问题，看 errcode。之后作为新消息发送，换一个幂等键。",
  WEIXIN_MESSAGE_UNKNOWN:
    "谁也不知道是否送达，授权已关闭。不要重发：查清后调用 POST /weixin/messages/:id/resolve，见发送。",
  WEIXIN_CARD_NOT_FOUND:
    "没有这个卡片，或该 service key 无权使用它的账号；卡片到保留期后会被删除。",
  WEIXIN_CARD_CODE_USED:
    "该 notifyCode 已经用于一张卡片（cardId）。请更新那张卡片；新卡片需要新的支付或点击。",
  WEIXIN_CARD_STATE:
    "微信的状态机不允许这样变更，见服务卡片。微信调整状态时，可用 cards.types 选项修改状态表。",
  WEIXIN_CARD_ENDED:
    "卡片不再接受更新；end 说明原因：已到终态、已过期、用户拒收、被微信封禁，或已按请求删除个人数据。",
  WEIXIN_CARD_BUSY:
    "这张卡片的上一次更新还没有结束。retryAfterSeconds 之后，用订单当时的状态重试。",
  WEIXIN_CARD_REFUSED:
    "微信因该用户拒绝了更新，卡片已结束。",
  WEIXIN_CARD_FAILED:
    "未被保存，卡片保持原状。errcode 说明原因，处理后再更新。422：内容有误；503：稍后再试；502：账号问题。",
  WEIXIN_CARD_UNKNOWN:
    "还不知道是否已被保存。不要重复提交：后台会先向微信查询，确认没有保存才会重发。请稍后读取卡片。",
  WEIXIN_CARD_STANDING:
    "向微信查询卡片状态时没有得到答复。没有改变任何数据，可再次查询。",
  WEIXIN_SENDING_PAUSED:
    "微信表示该接口当日额度已用完（45009），该账号经由这个接口的发送暂停到北京时间 00:00。等待 retryAfterSeconds，或用 notBefore 延迟发送。提升或清零额度后调用 resume(appId)。",
  WEIXIN_NO_ACCESS_TOKEN:
    "该账号通过微信云托管调用（凭证 cloud），没有 access_token 和 ticket。请在其环境中调用微信，或为账号配置其他凭证。",
  WEIXIN_TOKEN_UNAVAILABLE:
    "拿不到 access_token。若有 errcode，它是获取 token 时的错误码；给出 retryAfterSeconds 时等待相应时间。",
  WEIXIN_DATABASE:
    "503：数据库不可用、繁忙或空间不足，同样的调用稍后可能成功；500：数据库拒绝，原因见日志。不会留下写了一半的数据。",
};
