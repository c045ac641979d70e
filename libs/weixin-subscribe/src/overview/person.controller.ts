import { Body, Delete, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Audited } from '../http/service-actions.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { countOf, responseOf } from '../kernel/schema.js';
import { type ErasureReport, PersonalDataService } from '../upkeep/personal-data.js';
import { PersonDto } from './overview.dto.js';

const ERASURE = responseOf<{ inFlight: number }>(
  'Erasure',
  { inFlight: countOf('Rows that could not be erased yet: call again a minute later') },
  {},
  { additionalProperties: countOf('By kind of row, e.g. grants') },
);

/** Erasure on request. */
@WeixinController('service', 'weixin/people')
@RouteGroup({ tag: 'Operations 运维' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class PersonController {
  constructor(private readonly personalData: PersonalDataService) {}

  /** In the body, so that no log of addresses keeps the openid of who wanted to be forgotten. */
  @Delete()
  @Audited('people.erase')
  @RequireScope('personal-data:erase')
  @Documented({
    summary: 'Erase what is stored under one openid',
    description:
      'Grants and answered intents are deleted; messages stay as outcomes, without openid, text and links, so that the sums stay exact. Cannot be undone.',
    responses: { 200: json('What was erased, by kind of row', ERASURE) },
    problems: { 404: 'Unknown account' },
  })
  async erase(@Client() client: ServiceClient, @Body() { appId, openid }: PersonDto): Promise<ErasureReport> {
    client.requireAccount(appId);
    return this.personalData.forget(appId, openid);
  }
}
