import { Get, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { requireOwnAccount, type ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { APP_ID, arrayOf, moment, objectOf, responseOf, text, uuid } from '../kernel/schema.js';
import { AuditQueryDto } from './audit.dto.js';
import { AuditRepository } from './audit.repository.js';
import type { AuditEntry } from './audit.types.js';

type AuditEntryView = Omit<AuditEntry, 'at'> & { at: string };

interface AuditView {
  entries: AuditEntryView[];
  next?: string;
}

const AUDIT = responseOf<AuditView>(
  'Audit',
  {
    entries: arrayOf(
      objectOf<AuditEntryView>(
        {
          id: uuid,
          at: moment(),
          client: text('Name of the service key; "console" with the sign-in of the host'),
          source: text('rest: with a service key; console: by a session of the console'),
          action: text('E.g. messages.resolve'),
          status: { type: 'integer', description: 'HTTP status of the response' },
        },
        {
          operator: text('The person, where the sign-in of the host knows one'),
          appId: APP_ID,
          subject: text('Id of what was changed; of a person a hash'),
          requestId: text('X-Request-Id of the request'),
        },
      ),
    ),
  },
  { next: text('`cursor` of the next page; also where filters left nothing of this one') },
);

/** Who changed what. */
@WeixinController('service', 'weixin/audit')
@RouteGroup({ tag: 'Operations 运维' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class AuditController {
  constructor(private readonly audit: AuditRepository) {}

  @Get()
  @RequireScope('audit:read')
  @Documented({
    summary: 'What callers changed through these routes, newest first',
    description:
      'Also what was refused to a known caller. Sends, grants, cards and reports of tokens are in their own ledgers and not here. A client that is limited to accounts names one of them.',
    responses: { 200: json('A page of actions', AUDIT) },
  })
  async list(@Client() client: ServiceClient, @Query() query: AuditQueryDto): Promise<AuditView> {
    requireOwnAccount(client, query.appId);
    const { limit, ...filter } = query;
    const { entries, next } = await this.audit.page({ ...filter, limit: limit ?? 100 });
    return { entries: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })), next };
  }
}
