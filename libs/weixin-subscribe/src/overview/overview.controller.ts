import { Get, Header, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { UnknownAccountError } from '../account/account.errors.js';
import { Accounts } from '../account/accounts.js';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { Clock } from '../kernel/clock.js';
import { OverviewQueryDto, QuotasQueryDto } from './overview.dto.js';
import { OVERVIEW, QUOTAS } from './overview.schemas.js';
import { OverviewService } from './overview.service.js';
import { type OverviewView, type QuotasView, toOverviewView } from './overview.view.js';

/** Problems first: what the people who operate the service look at in the morning, and at night. */
@WeixinController('service', 'weixin')
@RouteGroup({ tag: 'Operations 运维' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class OverviewController {
  constructor(
    private readonly overviews: OverviewService,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
  ) {}

  @Get('overview')
  @RequireScope('history:read')
  @Documented({
    summary: 'What is wrong, what runs, and what happened in the last hours',
    description:
      'Costs the same whatever the size of the ledger, and asks WeChat nothing. Counts of what is open end at 1,000. `activity` reads 100,000 messages at most, the newest hours first, and says whether it is complete.',
    responses: { 200: json('Problems first', OVERVIEW) },
    problems: { 404: 'Unknown account' },
  })
  async overview(
    @Client() client: ServiceClient,
    @Query() { appId, hours }: OverviewQueryDto,
  ): Promise<OverviewView> {
    if (appId !== undefined) {
      client.requireAccount(appId);
      if (!this.accounts.has(appId)) throw new UnknownAccountError(appId);
    }
    const appIds = appId === undefined ? client.accounts : new Set([appId]);
    return toOverviewView(await this.overviews.facts({ hours: hours ?? 24, appIds }), this.clock.now());
  }
  @Get('overview/quotas')
  @RequireScope('history:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: "Today's quotas of an account's sends",
    description:
      'Of each channel that the account has templates of, where WeChat reports one. WeChat is asked once a minute at most.',
    responses: { 200: json('What WeChat says', QUOTAS) },
    problems: { 404: 'Unknown account' },
  })
  async quotas(@Client() client: ServiceClient, @Query() { appId }: QuotasQueryDto): Promise<QuotasView> {
    client.requireAccount(appId);
    const quotas = await this.overviews.quotas(appId);
    return { appId, quotas: quotas.map((quota) => ({ ...quota, asOf: quota.asOf.toISOString() })) };
  }
}
