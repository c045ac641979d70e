import {
  AccountDisabledError,
  AccountExistsError,
  AccountKindError,
  AccountNotAuthorizedError,
  AccountNotEditableError,
  AccountsUnavailableError,
  AnswerMismatchError,
  AuthorizationCodeRefusedError,
  BroadcastIntakeBusyError,
  BroadcastKeyReusedError,
  BroadcastNotFoundError,
  BroadcastStateError,
  CardBusyError,
  CardCodeUsedError,
  CardEndedError,
  CardFailedError,
  CardNotFoundError,
  CardRefusedError,
  CardStandingError,
  CardStateError,
  CardUnknownError,
  ComponentNotConfiguredError,
  ComponentUnavailableError,
  DatabaseError,
  IdempotencyKeyReusedError,
  InvalidInputError,
  JssdkUrlRefusedError,
  LoginCodeRefusedError,
  LoginUnavailableError,
  MessageFailedError,
  MessageInFlightError,
  MessageNotFoundError,
  MessageNotResendableError,
  MessageNotUnknownError,
  MessageNotWaitingError,
  MessageRefusedError,
  MessageUnknownError,
  NoAccessTokenError,
  NoGrantError,
  OpenidUnknownError,
  OpenidUnprovenError,
  PurposeUnknownError,
  PushEventNotFailedError,
  PushEventNotFoundError,
  PushNotConfiguredError,
  PushRefusedError,
  PushTooLargeError,
  RateLimitedError,
  RecurringBroadcastNameTakenError,
  RecurringBroadcastNotFoundError,
  RecurringBroadcastStateError,
  ReturnToRefusedError,
  ScenesExhaustedError,
  SendingPausedError,
  ServiceForbiddenError,
  ServiceKeyError,
  SnapshotUserError,
  StateExpiredError,
  StateForeignError,
  StateReusedError,
  StateUnknownError,
  TemplateRefusedError,
  TemplateUnansweredError,
  TokenUnavailableError,
  UnknownAccountError,
  UnknownRendererError,
  UnknownTemplateError,
  type WeixinSubscribeError,
} from 'nestjs-weixin-subscribe';

/** An error class of the library: what it says of itself (code, status, title) is read from it. */
export type ErrorClass = Pick<typeof WeixinSubscribeError, 'prototype' | 'problem'> & { name: string };

/** What the page about errors says of a class of errors, beside what the class says of itself. */
export interface ProblemText {
  error: ErrorClass;
  /** Facts of the error that change its status, where some do. */
  facts?: object[];
  /** Whether WeChat may have delivered something. */
  sent: 'no' | 'maybe';
  text: { en: string; zh: string };
}

export const PROBLEMS: readonly ProblemText[] = [
  {
    error: InvalidInputError,
    sent: 'no',
    text: {
      en: 'A field is missing or out of its limits. `errors[]` names every field: correct them.',
      zh: '字段缺失或超出限制。`errors[]` 列出每个有问题的字段，逐一改正。',
    },
  },
  {
    error: AccountKindError,
    sent: 'no',
    text: {
      en: 'This route is for another kind of account: `authorize` for official accounts, `app/*` for mobile apps, `subscribe/*` for mini-programs and official accounts. Check `appId`, and `kind` in the options.',
      zh: '账号类型不对：`authorize` 用于公众号，`app/*` 用于移动应用，`subscribe/*` 用于小程序和公众号。检查 `appId` 和配置里的 `kind`。',
    },
  },
  {
    error: ReturnToRefusedError,
    sent: 'no',
    text: {
      en: '`returnTo` is missing or not allowed. Add its origin (and path) to `authorization.returnTo`, or set `authorization.defaultReturnTo`.',
      zh: '`returnTo` 缺失或不在允许范围内。把它的源（和路径）加入 `authorization.returnTo`，或设置 `authorization.defaultReturnTo`。',
    },
  },
  {
    error: AnswerMismatchError,
    sent: 'no',
    text: {
      en: 'Template, scene or openid of the answer are not those of the intent. Post what the SDK or the front end got unchanged; else ask the user once more.',
      zh: '答复里的模板、scene 或 openid 与订阅请求不一致。请原样提交 SDK 或前端得到的内容；否则请用户重新操作。',
    },
  },
  {
    error: ServiceKeyError,
    sent: 'no',
    text: {
      en: 'No valid key. Send `Authorization: Bearer …` with a key of the `serviceKeys` option; without that option these routes refuse everybody.',
      zh: '没有有效的密钥。请求头带上 `Authorization: Bearer …`，key 取自 `serviceKeys`；没有配置 `serviceKeys` 时，这些接口拒绝所有人。',
    },
  },
  {
    error: ServiceForbiddenError,
    sent: 'no',
    text: {
      en: 'The key is valid, but its client lacks the scope, or may not use this account; `detail` names which. Add it to `scopes` or `accounts` of the client in `serviceKeys`, or call with the key of another client.',
      zh: '密钥有效，但该调用方缺少所需的 scope，或无权使用该账号，`detail` 里写明了是哪一个。把它加入 `serviceKeys` 中该调用方的 `scopes` 或 `accounts`，或换用其他调用方的密钥。',
    },
  },
  {
    error: OpenidUnknownError,
    sent: 'no',
    text: {
      en: 'What the front end of a mini-program or `wx-open-subscribe` answers names nobody, so the host has to. Let `authorization.subject` answer `{ id, openid }` with the openid of this account (from wx.login and code2Session, or from web OAuth), and sign the user in first.',
      zh: '小程序前端或 `wx-open-subscribe` 的结果里没有用户身份，必须由宿主给出。让 `authorization.subject` 返回 `{ id, openid }`，openid 属于该账号（来自 wx.login 与 code2Session，或网页授权），并先让用户登录。',
    },
  },
  {
    error: OpenidUnprovenError,
    sent: 'no',
    text: {
      en: 'With `authorization.oauth: "base"` the browser has to pass WeChat’s OAuth before it may confirm. Send people to the address that `authorize` gives, not to the confirm page directly.',
      zh: '配置 `authorization.oauth: "base"` 后，浏览器必须先经过微信网页授权才能确认。请让用户从 `authorize` 给出的地址进入，不要直接打开确认页。',
    },
  },
  {
    error: SnapshotUserError,
    sent: 'no',
    text: {
      en: 'WeChat opened the page as a snapshot, whose openid is a virtual one. The page tells the person to use the full service and to start again.',
      zh: '微信以快照页打开了页面，其中的 openid 是虚拟的。页面会提示用户使用完整服务后重新操作。',
    },
  },
  {
    error: AccountNotAuthorizedError,
    sent: 'no',
    text: {
      en: 'The owner of the account took the authorisation of your third-party platform back. Have it given again; what waits goes on by itself then.',
      zh: '账号管理员已取消对你的第三方平台的授权。请其重新授权，之后等待中的消息会自动继续。',
    },
  },
  {
    error: ComponentNotConfiguredError,
    sent: 'no',
    text: {
      en: 'The routes of a third-party platform are mounted, and the option `component` is not set.',
      zh: '已挂载第三方平台的接口，但没有配置选项 `component`。',
    },
  },
  {
    error: AuthorizationCodeRefusedError,
    sent: 'no',
    text: {
      en: 'The code that the owner came back with was used before, has expired or is none of this platform. See `GET component/authorizers`; if the account is not there, have the owner start again.',
      zh: '管理员带回的授权码已被使用、已过期或不属于该第三方平台。先查看 `GET component/authorizers`；若没有该账号，请管理员重新授权。',
    },
  },
  {
    error: ComponentUnavailableError,
    sent: 'no',
    text: {
      en: 'WeChat could not be asked as the third-party platform, or refused it; `errcode` says why. Try again; if it lasts, look at ticket, secret and whitelist of the platform.',
      zh: '无法以第三方平台的身份请求微信，或被拒绝，原因见 `errcode`。请稍后重试；若持续出现，检查第三方平台的 ticket、密钥和白名单。',
    },
  },
  {
    error: LoginCodeRefusedError,
    sent: 'no',
    text: {
      en: 'The code of a login was used before, has expired or is of another account; 40226: the person is blocked. Never exchange a code again: let the person start anew.',
      zh: '登录 code 已被使用、已过期或属于其他账号；40226 表示该用户被拦截。不要再次兑换同一个 code，请让用户重新发起。',
    },
  },
  {
    error: LoginUnavailableError,
    sent: 'no',
    text: {
      en: 'WeChat did not say who the person is. The code may be used up all the same: let the person start anew. If it lasts, `errcode` names what is wrong with the account.',
      zh: '微信未能返回用户身份，code 仍可能已被用掉：请让用户重新发起。若持续出现，`errcode` 会指出账号的问题。',
    },
  },
  {
    error: JssdkUrlRefusedError,
    sent: 'no',
    text: {
      en: 'The address is not that of a page of yours. Send `location.href.split("#")[0]`, encoded once, and add its origin to `jssdk.origins`.',
      zh: '该地址不是你的页面。请传入编码一次的 `location.href.split("#")[0]`，并把其来源加入 `jssdk.origins`。',
    },
  },
  {
    error: StateUnknownError,
    sent: 'no',
    text: {
      en: 'This state was not issued by this service at this route, or is gone by retention. Check that both calls reach the same database; then ask the user once more.',
      zh: '这个 state 不是本服务在该入口签发的，或已按保留期清除。确认两次请求连的是同一个数据库，然后请用户重新操作。',
    },
  },
  {
    error: StateForeignError,
    sent: 'no',
    text: {
      en: 'The state belongs to another browser or user, or our cookie did not come back. Start and finish under the same host name; in a mobile app, sign in both calls as the same user or keep cookies.',
      zh: 'state 属于另一个浏览器或用户，或我们的 Cookie 没有带回来。开始和结束必须使用同一个域名；移动应用里，两次请求须以同一用户身份发出，或保留 Cookie。',
    },
  },
  {
    error: PushRefusedError,
    sent: 'no',
    text: {
      en: 'Not a push that WeChat signed for this account within the last five minutes. Our log says what was wrong; compare Token, EncodingAESKey and mode with the console, and the clock with the time.',
      zh: '不是微信在最近五分钟内为该账号签名的推送。具体原因见服务端日志；核对后台的 Token、EncodingAESKey 和加解密方式，以及服务器时间。',
    },
  },
  {
    error: PushNotConfiguredError,
    sent: 'no',
    text: {
      en: 'The account takes no pushes. Set `push` of that account, with the Token and the EncodingAESKey of the console.',
      zh: '该账号没有配置推送。在该账号的 `push` 里填写后台的 Token 和 EncodingAESKey。',
    },
  },
  {
    error: PushEventNotFoundError,
    sent: 'no',
    text: {
      en: 'There is no push event of this id, or none of an account that the client may use. Take an id from `GET pushes`; events are deleted after `retention.pushEventsDays`.',
      zh: '没有这个 id 的推送事件，或它属于该客户端不能使用的账号。请从 `GET pushes` 取 id；事件在 `retention.pushEventsDays` 之后删除。',
    },
  },
  {
    error: PushEventNotFailedError,
    sent: 'no',
    text: {
      en: 'The push event has not failed: it is done, or its listeners are still called. Nothing is to be done.',
      zh: '该推送事件没有失败：已处理完，或仍在调用监听器。无需处理。',
    },
  },
  {
    error: PushTooLargeError,
    sent: 'no',
    text: {
      en: 'The push is longer than 128 KiB, or 64 KiB once decrypted; WeChat’s own have a few. Look for who else knows the address.',
      zh: '推送超过 128 KiB（解密后 64 KiB）；微信的推送只有几 KiB。请检查还有谁知道这个地址。',
    },
  },
  {
    error: UnknownAccountError,
    sent: 'no',
    text: {
      en: 'Add the `appId` to `accounts`, or correct it.',
      zh: '把该 `appId` 加入 `accounts`，或改正它。',
    },
  },
  {
    error: AccountDisabledError,
    sent: 'no',
    text: {
      en: 'The account is switched off (`enabled: false`). Switch it on, or use another one.',
      zh: '该账号已停用（`enabled: false`）。请启用，或使用其他账号。',
    },
  },
  {
    error: AccountsUnavailableError,
    sent: 'no',
    text: {
      en: 'The account source has not been read since the start. Try again; if it lasts, the log says why.',
      zh: '启动以来还没有读到账号来源。请重试；如果持续出现，原因见日志。',
    },
  },
  {
    error: AccountExistsError,
    sent: 'no',
    text: {
      en: 'There is such an account. Change it with `PATCH`, or remove it first.',
      zh: '该账号已存在。请用 `PATCH` 修改，或先移除。',
    },
  },
  {
    error: AccountNotEditableError,
    sent: 'no',
    text: {
      en: 'It stands in the option `accounts`, or in a source of yours. Change it there.',
      zh: '该账号写在配置项 `accounts` 中，或来自您自己的来源。请在那里修改。',
    },
  },
  {
    error: UnknownTemplateError,
    sent: 'no',
    text: {
      en: 'Add the template id to `templates` of that account, or correct it.',
      zh: '把该模板 ID 加入账号的 `templates`，或改正它。',
    },
  },
  {
    error: PurposeUnknownError,
    sent: 'no',
    text: {
      en: 'No scene is in use for this purpose. Name it to `SceneRegistry.sceneFor` before you ask; a link to a purpose that was released ends here.',
      zh: '该用途没有正在使用的 scene。发起订阅请求前先调用 `SceneRegistry.sceneFor` 登记；指向已释放用途的链接会得到此错误。',
    },
  },
  {
    error: MessageNotFoundError,
    sent: 'no',
    text: {
      en: 'Check the id; finished messages end with `retention.messagesDays`.',
      zh: '检查 id；已结束的消息在 `retention.messagesDays` 之后删除。',
    },
  },
  {
    error: BroadcastNotFoundError,
    sent: 'no',
    text: {
      en: 'Check the id; broadcasts that are over, and drafts, end with `retention.messagesDays`. One of an account that the key may not use is answered like this, too.',
      zh: '检查 id；已结束的群发和草稿在 `retention.messagesDays` 之后删除。密钥无权使用的账号的群发，也得到同样的答复。',
    },
  },
  {
    error: RecurringBroadcastNotFoundError,
    sent: 'no',
    text: {
      en: 'Check the id; one that was deleted, or of an account that the key may not use, is answered like this.',
      zh: '检查 id；已删除的、或密钥无权使用的账号的定期群发，都得到同样的答复。',
    },
  },
  {
    error: UnknownRendererError,
    sent: 'no',
    text: {
      en: 'No provider of this process is decorated with `@BroadcastRenderer` and this name; `detail` lists those that are. Nothing was started.',
      zh: '本进程里没有以该名称 `@BroadcastRenderer` 装饰的 provider，`detail` 列出已有的名称。群发没有开始。',
    },
  },
  {
    error: NoGrantError,
    sent: 'no',
    text: {
      en: 'No unused grant for this account, openid, template and scene. Ask the user again; one confirm gives one message.',
      zh: '该账号、openid、模板、scene 下没有未用的授权。请用户重新订阅；确认一次只能发一条。',
    },
  },
  {
    error: StateReusedError,
    sent: 'no',
    text: {
      en: 'The intent was answered before, and differently. The first answer stands; nothing to do.',
      zh: '这个订阅请求已经有过不同的答复，以第一次为准，无需处理。',
    },
  },
  {
    error: IdempotencyKeyReusedError,
    sent: 'no',
    text: {
      en: 'The key was used for a message with another receiver or content (`messageId`). Use a new key for a new message.',
      zh: '这个幂等键已用于收件人或内容不同的另一条消息（`messageId`）。新消息请用新键。',
    },
  },
  {
    error: MessageInFlightError,
    sent: 'maybe',
    text: {
      en: 'The first send with this key has not ended yet, or is deferred and waits for its time. Repeat the call with the same key later, or read `GET /weixin/messages/:id`.',
      zh: '使用该键的第一次发送尚未结束，或是延迟消息、还在等待发送时间。稍后用同一个键再调用一次，或读取 `GET /weixin/messages/:id`。',
    },
  },
  {
    error: MessageNotUnknownError,
    sent: 'no',
    text: {
      en: 'Only an `unknown` message can be resolved, and with one word; this one has another status by now. Nothing was changed: read `GET /weixin/messages/:id`.',
      zh: '只有 `unknown` 的消息可以 `resolve`，且结论只能给一次；这条已是其他状态，没有任何改动：读取 `GET /weixin/messages/:id`。',
    },
  },
  {
    error: ScenesExhaustedError,
    sent: 'no',
    text: {
      en: 'No scene of the range is free for this template. Release the purposes that are over (`SceneRegistry.release`), or widen the `scenes` option; a scene is free again once no grant, no open intent and no broadcast is left under it.',
      zh: '该模板在此范围内已没有空闲的 scene。释放已结束的用途（`SceneRegistry.release`），或放宽 `scenes` 选项；当某个 scene 下不再有有效授权、未答复的订阅请求和未结束的群发时，它才会重新空闲。',
    },
  },
  {
    error: MessageNotResendableError,
    sent: 'maybe',
    text: {
      en: 'Only a message that has ended as `failed` or `refused` can be sent again: whatever may have arrived cannot. `detail` says what stands against it; `laterMessageId` names a later message with the same content, which is the one to look at. An `unknown` one is resolved first.',
      zh: '只有以 `failed` 或 `refused` 结束的消息可以重发：可能已经送达的不能重发。`detail` 说明原因；`laterMessageId` 是之后内容相同的那条消息，请看那一条。结果未知的消息要先处理。',
    },
  },
  {
    error: MessageNotWaitingError,
    sent: 'maybe',
    text: {
      en: 'Only a deferred message that still waits can be cancelled; this one is being sent or has ended. Read `GET /weixin/messages/:id`.',
      zh: '只有还在等待的延迟消息可以取消，这条正在发送或已经结束。读取 `GET /weixin/messages/:id`。',
    },
  },
  {
    error: BroadcastStateError,
    sent: 'no',
    text: {
      en: 'The broadcast is in a state in which that can not be done; `detail` names it. Nothing was changed: read it anew, then decide.',
      zh: '群发当前的状态不允许此操作，`detail` 里写明了状态。没有任何改动：重新读取后再决定。',
    },
  },
  {
    error: BroadcastIntakeBusyError,
    sent: 'no',
    text: {
      en: 'Another call is adding recipients to this draft. Wait until it has ended; should its process have died, try again in a minute.',
      zh: '另一个调用正在向该草稿添加接收人。等它结束；如果那个进程已经退出，一分钟后再试。',
    },
  },
  {
    error: RecurringBroadcastStateError,
    sent: 'no',
    text: {
      en: 'It is paused already, or it is not paused. Nothing was changed.',
      zh: '它已经暂停，或并未暂停。没有做任何改动。',
    },
  },
  {
    error: RecurringBroadcastNameTakenError,
    sent: 'no',
    text: {
      en: 'The account has a recurring broadcast of this name that says something else or comes at other times. Choose another name, or delete that one; to change one, delete it and create it anew.',
      zh: '该账号已有同名但内容或时间不同的定期群发。请换一个名称，或删除原来的；要修改，请删除后重新创建。',
    },
  },
  {
    error: BroadcastKeyReusedError,
    sent: 'no',
    text: {
      en: 'The idempotency key belongs to a broadcast that says something else. Use a new key for a new broadcast.',
      zh: '该幂等键属于内容不同的另一个群发。新的群发请用新的键。',
    },
  },
  {
    error: StateExpiredError,
    sent: 'no',
    text: {
      en: 'Nobody answered within `authorization.intentTtlSeconds`. Ask the user once more.',
      zh: '在 `authorization.intentTtlSeconds` 内没有答复。请用户重新操作。',
    },
  },
  {
    error: MessageRefusedError,
    sent: 'no',
    text: {
      en: 'WeChat refused for this person (43101 and its like); the grant is void. Ask the user again.',
      zh: '微信对该用户拒绝投递（43101 等），授权作废。请用户重新订阅。',
    },
  },
  {
    error: RateLimitedError,
    sent: 'no',
    text: {
      en: 'Too many calls from one address or user. Wait `retryAfterSeconds`; if everybody meets it, set `trust proxy` or raise `rateLimit.perMinute`.',
      zh: '同一地址或用户的请求过多。等待 `retryAfterSeconds`；如果所有人都遇到，请设置 `trust proxy` 或调高 `rateLimit.perMinute`。',
    },
  },
  {
    error: TemplateRefusedError,
    facts: [{ errclass: 'invalid-request' }, { errclass: 'quota' }, {}],
    sent: 'no',
    text: {
      en: 'WeChat refused a call about templates; `errcode` says why. 422: mend the request. 503: quota or busy, later; after a busy response (-1, 20001, 200001) list the templates first, it may have been done. 502: our side or the account. See [Templates](templates.md).',
      zh: '微信拒绝了一次模板管理调用，原因见 `errcode`。422：改正请求；503：额度或繁忙，稍后再试，其中繁忙（-1、20001、200001）时可能已经生效，请先查看模板列表；502：我方或账号的问题。见[模板](templates.md)。',
    },
  },
  {
    error: TemplateUnansweredError,
    sent: 'no',
    text: {
      en: 'A call about templates got no usable response. With `mayHaveHappened`, list the templates to see whether it was done; otherwise try again.',
      zh: '模板管理调用没有得到可用的响应。`mayHaveHappened` 为真时，先查看模板列表确认是否已经生效；否则重试即可。',
    },
  },
  {
    error: MessageFailedError,
    facts: [{ errclass: 'invalid-request' }, { errclass: 'quota' }, {}],
    sent: 'no',
    text: {
      en: 'It surely was not delivered; the grant is kept, except where WeChat called the openid unusable (40003 and its like). 422: mend the message. 503: quota or busy, later. 502: our side or the account, see `errcode`. Then send it as a new message, with a new idempotency key.',
      zh: '确定没有送达；授权保留，微信认为 openid 不可用时（40003 等）除外。422：改正消息；503：额度或繁忙，稍后再发；502：我方或账号的问题，看 `errcode`。之后作为新消息发送，换一个幂等键。',
    },
  },
  {
    error: MessageUnknownError,
    sent: 'maybe',
    text: {
      en: 'Nobody knows whether it was delivered; the grant is closed. Do not send it again: find out, then `POST /weixin/messages/:id/resolve`; see [Sending](sending.md#unknown-and-how-to-resolve-it).',
      zh: '谁也不知道是否送达，授权已关闭。不要重发：查清后调用 `POST /weixin/messages/:id/resolve`，见[发送](sending.md#unknown-与-resolve)。',
    },
  },
  {
    error: CardNotFoundError,
    sent: 'no',
    text: {
      en: 'There is no card with this id, or its account is not for this service key; cards go with their retention.',
      zh: '没有这个卡片，或该 service key 无权使用它的账号；卡片到保留期后会被删除。',
    },
  },
  {
    error: CardCodeUsedError,
    sent: 'no',
    text: {
      en: 'The `notifyCode` has begun a card already: `cardId`. Update that one; another card needs another payment or tap.',
      zh: '该 `notifyCode` 已经用于一张卡片（`cardId`）。请更新那张卡片；新卡片需要新的支付或点击。',
    },
  },
  {
    error: CardStateError,
    sent: 'no',
    text: {
      en: "WeChat's states do not allow this change; see [Service cards](cards.md#types-and-states). The option `cards.types` changes the table where WeChat does.",
      zh: '微信的状态机不允许这样变更，见[服务卡片](cards.md#类型与状态)。微信调整状态时，可用 `cards.types` 选项修改状态表。',
    },
  },
  {
    error: CardEndedError,
    sent: 'no',
    text: {
      en: 'The card takes no updates any more; `end` says why: its last state, its time, the person, WeChat, or an erasure.',
      zh: '卡片不再接受更新；`end` 说明原因：已到终态、已过期、用户拒收、被微信封禁，或已按请求删除个人数据。',
    },
  },
  {
    error: CardBusyError,
    sent: 'no',
    text: {
      en: 'Another update of this card has not ended. Try again after `retryAfterSeconds`, with the state that the order has then.',
      zh: '这张卡片的上一次更新还没有结束。`retryAfterSeconds` 之后，用订单当时的状态重试。',
    },
  },
  {
    error: CardRefusedError,
    sent: 'no',
    text: {
      en: 'WeChat refused it for this person. The card has ended.',
      zh: '微信因该用户拒绝了更新，卡片已结束。',
    },
  },
  {
    error: CardFailedError,
    facts: [{ errclass: 'invalid-request' }, { errclass: 'quota' }, {}],
    sent: 'no',
    text: {
      en: 'It was not stored, and the card is as it was. `errcode` says why; mend that and update again. 422 wrong content, 503 later, 502 the account.',
      zh: '未被保存，卡片保持原状。`errcode` 说明原因，处理后再更新。422：内容有误；503：稍后再试；502：账号问题。',
    },
  },
  {
    error: CardUnknownError,
    sent: 'maybe',
    text: {
      en: 'Nobody knows yet whether it was stored. Do not repeat it: WeChat is asked in the background, and it is posted again only where WeChat does not show it. Read the card later.',
      zh: '还不知道是否已被保存。不要重复提交：后台会先向微信查询，确认没有保存才会重发。请稍后读取卡片。',
    },
  },
  {
    error: CardStandingError,
    sent: 'no',
    text: {
      en: 'WeChat was asked how the card stands and did not say. Nothing was changed: ask again.',
      zh: '向微信查询卡片状态时没有得到答复。没有改变任何数据，可再次查询。',
    },
  },
  {
    error: SendingPausedError,
    sent: 'no',
    text: {
      en: 'WeChat said that the daily quota of this API is used up (45009), so the sends of the account by it pause until 00:00 in Beijing. Wait `retryAfterSeconds`, or defer the message with `notBefore`. After raising or clearing the quota, call `resume(appId)`.',
      zh: '微信表示该接口当日额度已用完（45009），该账号经由这个接口的发送暂停到北京时间 00:00。等待 `retryAfterSeconds`，或用 `notBefore` 延迟发送。提升或清零额度后调用 `resume(appId)`。',
    },
  },
  {
    error: NoAccessTokenError,
    sent: 'no',
    text: {
      en: 'The account is called through WeChat Cloud Run (credential `cloud`): it has no access_token and no ticket. Call WeChat from its environment, or give the account another credential.',
      zh: '该账号通过微信云托管调用（凭证 `cloud`），没有 access_token 和 ticket。请在其环境中调用微信，或为账号配置其他凭证。',
    },
  },
  {
    error: TokenUnavailableError,
    sent: 'no',
    text: {
      en: 'No access_token could be had. `errcode`, where there is one, is that of the token call; wait `retryAfterSeconds` where it is given.',
      zh: '拿不到 access_token。若有 `errcode`，它是获取 token 时的错误码；给出 `retryAfterSeconds` 时等待相应时间。',
    },
  },
  {
    error: DatabaseError,
    facts: [{ temporary: true }, { temporary: false }],
    sent: 'no',
    text: {
      en: '503: the database was away, busy or full; the same call may succeed later. 500: it refused; the log says why. Nothing half-written is left.',
      zh: '503：数据库不可用、繁忙或空间不足，同样的调用稍后可能成功；500：数据库拒绝，原因见日志。不会留下写了一半的数据。',
    },
  },
];
