import type { AccountConfig } from '../account/account.options.js';
import type { TokenStatus } from '../token/token.status.js';
import { type ErrcodeFacts, errcodeFacts } from '../weixin/errcodes.js';
import type { DoctorCheck, DoctorFinding } from './doctor.types.js';
import { type Asked, errcodeOf } from './platform-answers.js';

const DAY_MS = 86_400_000;
const ADDRESS_REFUSED = [40164, 61004];
/** As many deaths before their time suggest that somebody else mints. */
const MANY_DEATHS = 2;
const MOST_SKEW_MS = 60_000;
const SECURITY_CODES = /^4023\d$|^40240$|^934011$/;

type Text = [en: string, zh: string];

export const ok = (check: DoctorCheck, [en, zh]: Text): DoctorFinding => ({
  check,
  status: 'ok',
  message: { en, zh },
});

export const notOk = (
  check: DoctorCheck,
  status: DoctorFinding['status'],
  [en, zh]: Text,
  remedy?: Text,
): DoctorFinding => ({
  check,
  status,
  message: { en, zh },
  ...(remedy && { remedy: { en: remedy[0], zh: remedy[1] } }),
});

/** With what the errcode means and what to do about it. */
export function refused(
  check: DoctorCheck,
  errcode: number,
  context: 'api' | 'token' = 'api',
): DoctorFinding {
  return findingOf(check, errcodeFacts(errcode, context));
}

function findingOf(check: DoctorCheck, { errcode, meaning, remedy }: ErrcodeFacts): DoctorFinding {
  return { check, status: 'problem', message: meaning, remedy, errcode };
}

/** A call that every account may make, with a token that had to be fetched. */
export function credentialFindings(asked: Asked): DoctorFinding[] {
  const errcode = errcodeOf(asked);
  if (errcode !== undefined && ADDRESS_REFUSED.includes(errcode))
    return [
      notOk('credential', 'not-checked', [
        'WeChat refuses the address of this server before it looks at the credential.',
        '微信在校验凭证之前就拒绝了本服务器的地址。',
      ]),
      refused('ip-whitelist', errcode),
    ];
  if (errcode === 0)
    return [
      ok('credential', [
        'The credential works: WeChat takes our access_token.',
        '凭证有效：微信接受 access_token。',
      ]),
      ok('ip-whitelist', ['The address this server calls from is accepted.', '本服务器的出口地址已被接受。']),
    ];
  if (asked.kind === 'answered') return [findingOf('credential', asked.facts)];
  if (errcode !== undefined) return [refused('credential', errcode, 'token')];
  const why = asked.kind === 'no-token' ? asked.error.message : 'reason' in asked ? asked.reason : '';
  return [
    notOk(
      'credential',
      'problem',
      [`WeChat could not be asked: ${why}.`, `无法请求微信：${why}。`],
      [
        'Check apiBaseUrl, http.proxy and the way out of this network.',
        '检查 apiBaseUrl、http.proxy 和出口网络。',
      ],
    ),
  ];
}

export function thirdPartyFinding({ earlyDeaths = 0, family, circuitOpenUntil }: TokenStatus): DoctorFinding {
  if (earlyDeaths < MANY_DEATHS && circuitOpenUntil === undefined)
    return ok('third-parties', [
      `No sign of another program that fetches tokens of family "${family}".`,
      `没有发现其他程序在获取“${family}”类 access_token。`,
    ]);
  return notOk(
    'third-parties',
    'problem',
    [
      `${earlyDeaths} access_tokens died before their time within 24 hours: another program fetches tokens for this account.`,
      `24 小时内有 ${earlyDeaths} 个 access_token 提前失效：另有程序在为该账号获取 token。`,
    ],
    [
      'Let it read them here (token routes, or dropIn), or set tokenFamily to "stable".',
      '让它从这里读取（token 接口或 dropIn），或把 tokenFamily 设为 "stable"。',
    ],
  );
}

/** @param asked the quota of its send call; 76022: accounts of its kind have no such call */
export function kindFinding({ kind }: AccountConfig, asked: Asked): DoctorFinding {
  const errcode = errcodeOf(asked);
  if (errcode === 76022 || errcode === 48001)
    return {
      ...notOk(
        'kind',
        'problem',
        [
          `WeChat says that this account may not send its kind of message; its configured kind is "${kind}".`,
          `微信表示该账号不能发送这类消息；配置的账号类型是“${kind}”。`,
        ],
        [
          'Compare kind and the channels of templates with the console, and look there for the missing permission.',
          '将 kind 和模板的 channel 与后台核对，并在后台检查缺少的接口权限。',
        ],
      ),
      errcode,
    };
  return errcode === 0
    ? ok('kind', [
        `WeChat knows the send call of the kind ${kind} for this account.`,
        `该账号具备 ${kind} 的发送接口。`,
      ])
    : notOk('kind', 'not-checked', ['WeChat did not say.', '微信没有返回结果。']);
}

export function quotaFinding(channel: string, asked: Asked): DoctorFinding {
  const quota = asked.kind === 'answered' && (asked.envelope.body.quota as Record<string, unknown>);
  const [remain, limit] = quota
    ? [Number(quota.remain), Number(quota.daily_limit)]
    : [Number.NaN, Number.NaN];
  if (Number.isNaN(remain) || Number.isNaN(limit))
    return notOk('quota', 'not-checked', [
      `WeChat did not report the quota of channel ${channel}.`,
      `微信没有返回 ${channel} 的额度。`,
    ]);
  const left: Text = [
    `${remain} of ${limit} sends of channel ${channel} are left today.`,
    `今天 ${channel} 还可发送 ${remain} 条，上限 ${limit} 条。`,
  ];
  if (remain > limit / 10) return ok('quota', left);
  return notOk('quota', remain > 0 ? 'warning' : 'problem', left, [
    'Wait for midnight in Beijing, or clear the quota (clear_quota, 10 times a month).',
    '等到北京时间零点，或清零额度（clear_quota，每月 10 次）。',
  ]);
}

/** @param asked a call that is secured; @param now of the injected clock */
export function securityFinding({ apiSecurity }: AccountConfig, asked: Asked, now: number): DoctorFinding {
  const errcode = errcodeOf(asked);
  if (errcode !== undefined && SECURITY_CODES.test(String(errcode))) return refused('api-security', errcode);
  if (!apiSecurity)
    return ok('api-security', [
      'API security is off: calls go in clear, and WeChat takes them.',
      '未启用 API 安全：调用为明文，微信接受。',
    ]);
  if (asked.kind === 'no-answer')
    return notOk(
      'api-security',
      'problem',
      [
        `The answer to a secured call was not believed: ${asked.reason}.`,
        `安全调用的应答未被采信：${asked.reason}。`,
      ],
      [
        'Compare apiSecurity.symmetricKeys and platformCertificates with the console, and the clock of this server.',
        '将 apiSecurity.symmetricKeys 和 platformCertificates 与后台核对，并检查服务器时钟。',
      ],
    );
  const ending = [...apiSecurity.certificates.values()].find(({ validTo }) => validTo - now < 30 * DAY_MS);
  if (ending)
    return notOk(
      'api-security',
      ending.validTo > now ? 'warning' : 'problem',
      [
        `The platform certificate ${ending.sn} ends ${new Date(ending.validTo).toISOString()}.`,
        `平台证书 ${ending.sn} 于 ${new Date(ending.validTo).toISOString()} 到期。`,
      ],
      [
        'Fetch the next one from the console and add it to apiSecurity.platformCertificates.',
        '从后台下载新证书并加入 apiSecurity.platformCertificates。',
      ],
    );
  return asked.kind === 'answered'
    ? ok('api-security', [
        'Calls are signed and encrypted, and so are the answers.',
        '调用和应答均已签名并加密。',
      ])
    : notOk('api-security', 'not-checked', ['WeChat could not be asked.', '无法请求微信。']);
}

/** @param date the header of an answer; @param now when it came */
export function clockFinding(date: string | undefined, now: number): DoctorFinding {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs))
    return notOk('clock', 'not-checked', ['The answer of WeChat held no time.', '微信的应答中没有时间。']);
  const seconds = Math.round((now - theirs) / 1000);
  if (Math.abs(now - theirs) <= MOST_SKEW_MS)
    return ok('clock', ['The clock of this server agrees with WeChat.', '服务器时钟与微信一致。']);
  return notOk(
    'clock',
    'problem',
    [
      `The clock of this server is ${seconds} s away from that of WeChat.`,
      `服务器时钟与微信相差 ${seconds} 秒。`,
    ],
    [
      'Set it (NTP): pushes and secured calls are refused beyond 300 s.',
      '校准时钟（NTP）：相差超过 300 秒时，推送和安全调用会被拒绝。',
    ],
  );
}

export function callbackFinding({ push }: AccountConfig, asked: Asked): DoctorFinding {
  const errcode = errcodeOf(asked);
  if (errcode === 40201)
    return notOk(
      'callback',
      push ? 'problem' : 'not-checked',
      ['WeChat has no server address for this account.', '微信后台没有为该账号设置服务器地址。'],
      push && [
        'Enter the address of push/:appId, Token and EncodingAESKey in the console, and enable it there.',
        '在后台填写 push/:appId 的地址、Token 和 EncodingAESKey 并启用。',
      ],
    );
  const ping = asked.kind === 'answered' ? asked.envelope.body.ping : undefined;
  if (!Array.isArray(ping) || ping.length === 0)
    return notOk('callback', 'not-checked', [
      'WeChat did not try to reach the server address.',
      '微信没有返回服务器地址的检测结果。',
    ]);
  const lost = ping.some((one) => /^100\b/.test(String(one?.package_loss)));
  return lost
    ? notOk(
        'callback',
        'problem',
        ['WeChat can not reach the server address of this account.', '微信无法访问该账号的服务器地址。'],
        [
          'Check DNS and the firewall for the addresses of getcallbackip, on ports 80 or 443.',
          '检查域名解析，以及防火墙是否放行 getcallbackip 返回的地址（80 或 443 端口）。',
        ],
      )
    : ok('callback', [
        'WeChat reaches the server address of this account.',
        '微信可以访问该账号的服务器地址。',
      ]);
}
