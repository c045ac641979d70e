import { Get, HttpCode, Param, Post, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Audited } from '../http/service-actions.js';
import { requireOwnAccount, type ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { APP_ID, arrayOf, countOf, moment, oneOf, responseOf, text, uuid } from '../kernel/schema.js';
import { PushEventNotFailedError, PushEventNotFoundError } from './push.errors.js';
import { PUSH_EVENT_STATUSES, type PushEventRecord } from './push.types.js';
import { PushEventParamsDto, PushEventQueryDto } from './push-event.dto.js';
import { PushEventService } from './push-event.service.js';

interface PushEventView extends Omit<PushEventRecord, 'name' | 'receivedAt' | 'endedAt'> {
  event: string;
  receivedAt: string;
  endedAt?: string;
}

interface PushEventsView {
  events: PushEventView[];
  next?: string;
}

const EVENT = responseOf<PushEventView>(
  'PushEvent',
  {
    id: uuid,
    appId: APP_ID,
    event: text('As WeChat writes it'),
    openid: text('Empty where WeChat names nobody'),
    status: oneOf(PUSH_EVENT_STATUSES),
    attempts: countOf('How often its listeners were called'),
    receivedAt: moment(),
  },
  { reason: text('Why the last attempt failed'), endedAt: moment() },
);
const EVENTS = responseOf<PushEventsView>(
  'PushEvents',
  { events: arrayOf(EVENT.schema) },
  { next: text('`cursor` of the next page; also where filters left nothing of this one') },
);

/** The events that WeChat pushed, and what became of them. Their fields are kept until they are done. */
@WeixinController('service', 'weixin/pushes')
@RouteGroup({ tag: 'Operations 运维' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class PushEventController {
  constructor(private readonly events: PushEventService) {}

  @Get()
  @RequireScope('pushes:read')
  @Documented({
    summary: 'Events that WeChat pushed, the last that came first',
    description:
      'Without what they say: that is given to listeners only, and is deleted when all of them are done. A client that is limited to accounts names one of them.',
    responses: { 200: json('A page of events', EVENTS) },
  })
  async list(@Client() client: ServiceClient, @Query() query: PushEventQueryDto): Promise<PushEventsView> {
    requireOwnAccount(client, query.appId);
    const { event, limit, ...filter } = query;
    const { events, next } = await this.events.page({ ...filter, name: event, limit: limit ?? 100 });
    return { events: events.map(viewOf), next };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Audited('pushes.replay')
  @RequireScope('pushes:replay')
  @Documented({
    summary: 'Call the listeners of a failed event again, those that are not done with it',
    responses: { 200: json('It is pending again, with no attempts', EVENT) },
    problems: {
      404: 'No such event, or one of an account that the client may not use',
      409: 'It has not failed',
    },
  })
  async replay(@Client() client: ServiceClient, @Param() { id }: PushEventParamsDto): Promise<PushEventView> {
    const known = await this.events.get(id);
    // Whether an event of somebody else's exists is nobody's business.
    if (!known || !client.mayUse(known.appId)) throw new PushEventNotFoundError(id);
    if (!(await this.events.retry(id))) throw new PushEventNotFailedError(id);
    // What the replay made of it. Read again, it may already be with its listeners.
    return viewOf({ ...known, status: 'pending', attempts: 0, endedAt: undefined });
  }
}

function viewOf({ name, receivedAt, endedAt, ...event }: PushEventRecord): PushEventView {
  return {
    ...event,
    event: name,
    receivedAt: receivedAt.toISOString(),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
  };
}
