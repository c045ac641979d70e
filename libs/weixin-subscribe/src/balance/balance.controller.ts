import { Get, Header, Query, Req, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Subjects } from '../http/subjects.js';
import { WeixinController } from '../http/weixin-controller.js';
import {
  APP_ID,
  countOf,
  moment,
  objectOf,
  oneOf,
  responseOf,
  SCENE,
  TEMPLATE_ID,
} from '../kernel/schema.js';
import { BalanceQueryDto } from './balance.dto.js';
import { BalanceService, LAST_OUTCOMES, type LastOutcome } from './balance.service.js';

/** `GET balance` */
export interface BalanceReply {
  appId: string;
  templateId: string;
  /** As it was asked; absent: all scenes. */
  scene?: number;
  available: number;
  longTerm: boolean;
  /** `at`: ISO 8601, UTC. */
  last?: { outcome: LastOutcome; at: string };
}

const BALANCE = responseOf<BalanceReply>(
  'Balance',
  {
    appId: APP_ID,
    templateId: TEMPLATE_ID,
    available: countOf('Messages that may still be sent to the caller; 0: ask again'),
    longTerm: { type: 'boolean', description: 'One accept is enough, and no send uses it up' },
  },
  {
    scene: SCENE,
    last: objectOf<NonNullable<BalanceReply['last']>>(
      { outcome: oneOf(LAST_OUTCOMES), at: moment() },
      {},
      { description: 'What became of the last message' },
    ),
  },
);

/** For the page of a signed-in person: what may still be sent to them. */
@WeixinController('public', 'weixin')
@RouteGroup({ tag: 'Ask 询问' })
@UseGuards(AddressLimitGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class BalanceController {
  constructor(
    private readonly balances: BalanceService,
    private readonly subjects: Subjects,
  ) {}

  @Get('balance')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'What may still be sent to the caller, and what became of the last message',
    description:
      'So that a page knows when to ask again. The host has to know the openid of who calls; nobody can ask about another.',
    responses: { 200: json('The balance of one template', BALANCE) },
    problems: {
      403: 'The openid of the caller is not known',
      404: 'Unknown account or template',
    },
  })
  async get(@Query() query: BalanceQueryDto, @Req() request: object): Promise<BalanceReply> {
    const { available, longTerm, last } = await this.balances.of(query, await this.subjects.of(request));
    const { appId, templateId, scene } = query;
    return {
      appId,
      templateId,
      ...(scene !== undefined && scene !== null && { scene }),
      available,
      longTerm,
      ...(last && { last: { ...last, at: last.at.toISOString() } }),
    };
  }
}
