import { Injectable } from '@nestjs/common';
import type { AccountConfig } from '../account/account.options.js';
import type { GrantChannel } from '../account/account-templates.options.js';
import { Accounts } from '../account/accounts.js';
import { Channels } from '../delivery/channels/channels.js';
import { BrowserRoutesConfig } from '../http/http.options.js';
import { Clock } from '../kernel/clock.js';
import { WeixinSubscribeError } from '../kernel/errors.js';
import { TemplateService } from '../template/template.service.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';
import { TicketService } from '../token/ticket/ticket.service.js';
import { TokenUnavailableError } from '../token/token.errors.js';
import { TokenService } from '../token/token.service.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import { WeixinTransport } from '../weixin/transport.js';
import {
  callbackFinding,
  clockFinding,
  credentialFindings,
  kindFinding,
  notOk,
  ok,
  quotaFinding,
  refused,
  securityFinding,
  thirdPartyFinding,
} from './account-checks.js';
import type { DoctorFinding, DoctorReport } from './doctor.types.js';
import { PlatformAnswers } from './platform-answers.js';

const TYPED: readonly GrantChannel[] = ['mini-subscribe', 'service-notice'];
const ADDRESSES = '/cgi-bin/get_api_domain_ip';

/**
 * Runs the going-live checklist for an account, against WeChat itself: about six calls, none of which sends,
 * changes or mints anything that sending would not. Many at once are one.
 */
@Injectable()
export class DoctorService {
  private readonly shared = new SharedCalls<DoctorReport>();

  constructor(
    private readonly accounts: Accounts,
    private readonly api: AuthorizedApiClient,
    private readonly tokens: TokenService,
    private readonly tickets: TicketService,
    private readonly templates: TemplateService,
    private readonly channels: Channels,
    private readonly transport: WeixinTransport,
    private readonly routes: BrowserRoutesConfig,
    private readonly clock: Clock,
  ) {}

  /** @throws {UnknownAccountError} {@link DatabaseError} */
  async examine(appId: string): Promise<DoctorReport> {
    const account = this.accounts.get(appId);
    return this.shared.run(appId, () => this.report(account));
  }

  private async report(account: AccountConfig): Promise<DoctorReport> {
    const { appId } = account;
    const platform = new PlatformAnswers(this.api, appId);
    const findings = credentialFindings(await platform.get(ADDRESSES));
    if (account.credential.kind !== 'cloud')
      findings.push(thirdPartyFinding(await this.tokens.status(appId)));
    if (findings[0].status === 'ok') findings.push(...(await this.withToken(account, platform)));
    findings.push(this.pushFinding(account), await this.clockFinding(), this.domainsFinding());
    const healthy = findings.every(({ status }) => status !== 'problem');
    return { appId, checkedAt: new Date(this.clock.now()), healthy, findings };
  }

  private async withToken(account: AccountConfig, platform: PlatformAnswers): Promise<DoctorFinding[]> {
    const { appId } = account;
    // One template of each channel: its path is the same for all of them.
    const templates = new Map([...account.templates].map(([templateId, channel]) => [channel, templateId]));
    const channels = [...templates.keys()];
    const quotas = await Promise.all(
      [...templates].map(async ([channel, templateId]) => {
        const { path } = this.channels.of({ appId, templateId, channel });
        return { channel, asked: await platform.post('/cgi-bin/openapi/quota/get', { cgi_path: path }) };
      }),
    );
    const [first] = quotas;
    return [
      ...(first ? [kindFinding(account, first.asked)] : []),
      ...(first && account.kind === 'mini-program'
        ? [securityFinding(account, first.asked, this.clock.now())]
        : []),
      ...quotas.map(({ channel, asked }) => quotaFinding(channel, asked)),
      await this.templatesFinding(account),
      callbackFinding(account, await platform.post('/cgi-bin/callback/check', CHECK_CALLBACK)),
      ...(channels.includes('service-notice') ? [await this.ticketFinding(account)] : []),
    ];
  }

  private async templatesFinding({ appId, templates }: AccountConfig): Promise<DoctorFinding> {
    const typed = [...templates].filter(([, channel]) => TYPED.includes(channel)).map(([id]) => id);
    if (typed.length === 0)
      return notOk('templates', 'not-checked', [
        'WeChat lists no templates of these channels: compare the ids with the console.',
        '微信没有这类模板的查询接口：请与后台核对模板 ID。',
      ]);
    try {
      const known = new Set((await this.templates.list(appId)).map(({ templateId }) => templateId));
      const missing = typed.filter((id) => !known.has(id));
      if (missing.length === 0)
        return ok('templates', ['All templates are there.', '所有模板都在该账号下。']);
      return notOk(
        'templates',
        'problem',
        [
          `The account does not have these templates: ${missing.join(', ')}.`,
          `该账号下没有这些模板：${missing.join('、')}。`,
        ],
        [
          'Copy the ids from the console again: an id is of one account, and one kind of message.',
          '重新从后台复制模板 ID：一个 ID 只属于一个账号和一种消息。',
        ],
      );
    } catch (error) {
      if (!(error instanceof WeixinSubscribeError)) throw error;
      const { errcode } = error as { errcode?: number };
      if (errcode) return refused('templates', errcode);
      return notOk('templates', 'not-checked', ['WeChat could not be asked.', '无法请求微信。']);
    }
  }

  private async ticketFinding({ appId }: AccountConfig): Promise<DoctorFinding> {
    try {
      await this.tickets.getTicket(appId);
      return ok('js-sdk', ['There is a ticket to sign pages with.', '已取得用于签名页面的 ticket。']);
    } catch (error) {
      if (!(error instanceof TokenUnavailableError)) throw error;
      if (error.errcode) return refused('js-sdk', error.errcode);
      return notOk('js-sdk', 'not-checked', ['WeChat gave no ticket just now.', '微信暂时没有返回 ticket。']);
    }
  }

  private pushFinding({ push, templates }: AccountConfig): DoctorFinding {
    const needed = [...templates.values()].some((channel) => TYPED.includes(channel));
    if (push || !needed)
      return ok('push', [
        push ? `Pushes are taken, mode ${push.mode}.` : 'The channels of this account need no pushes.',
        push ? `已配置消息推送，模式 ${push.mode}。` : '该账号的消息类型不需要推送。',
      ]);
    return notOk(
      'push',
      'warning',
      [
        'Without pushes an accept counts only where the page reports it, and nobody learns of failures.',
        '没有消息推送时，只能依靠页面上报授权，也收不到发送失败的通知。',
      ],
      [
        'Set accounts[].push, and enter the same in the console.',
        '配置 accounts[].push，并在后台填写相同的内容。',
      ],
    );
  }

  /** Without a token: what counts is the time in the answer, whatever it says. */
  private async clockFinding(): Promise<DoctorFinding> {
    try {
      const { headers } = await this.transport.send({ method: 'GET', path: ADDRESSES, query: {} });
      const date = headers?.date;
      return clockFinding(typeof date === 'string' ? date : undefined, this.clock.now());
    } catch {
      return clockFinding(undefined, this.clock.now());
    }
  }

  private domainsFinding(): DoctorFinding {
    const { hostname } = this.routes.publicBaseUrl;
    return notOk('domains', 'not-checked', [
      `WeChat has no call that lists domains: ${hostname} must be a business domain, for pages with the open tag a JS domain, and for authorization.oauth the OAuth domain.`,
      `微信没有查询域名的接口：${hostname} 须为业务域名；使用开放标签的页面还须为 JS 接口安全域名，使用 authorization.oauth 还须为网页授权域名。`,
    ]);
  }
}

const CHECK_CALLBACK = { action: 'all', check_operator: 'DEFAULT' };
