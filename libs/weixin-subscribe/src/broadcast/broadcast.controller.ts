import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import {
  Body,
  Get,
  HttpCode,
  type MessageEvent,
  Param,
  Post,
  Query,
  Req,
  Sse,
  StreamableFile,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { finalize, map, type Observable } from 'rxjs';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { RawBody, type RawRequest } from '../http/raw-bodies.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Audited } from '../http/service-actions.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { InvalidInputError } from '../kernel/errors.js';
import { text } from '../kernel/schema.js';
import { validateInput } from '../kernel/validation.js';
import { BroadcastNotFoundError } from './broadcast.errors.js';
import {
  BROADCAST,
  BROADCAST_HISTORY,
  BROADCAST_PREVIEW,
  BROADCAST_PROGRESS,
  BROADCASTS,
} from './broadcast.schemas.js';
import { BroadcastService } from './broadcast.service.js';
import type { Broadcast } from './broadcast.types.js';
import {
  type BroadcastEventView,
  type BroadcastView,
  toBroadcastView,
  toEventView,
  toProgressView,
} from './broadcast.view.js';
import {
  BroadcastChangeDto,
  BroadcastParamsDto,
  BroadcastQueryDto,
  MOST_INLINE,
  StartBroadcastDto,
} from './dto/broadcast.dto.js';
import { EventStreams } from './event-streams.js';
import { withHeartbeat } from './heartbeat.js';
import { recipientsIn } from './ndjson.js';
import type { BroadcastPreview } from './preview.service.js';

import { BroadcastProgressService } from './progress.service.js';
import { assertRecipients, type RecipientList } from './recipient-intake.js';

const LOOK_EVERY_MS = 1000;

/** Broadcasts for the company's other services: start, watch, stop. */
@WeixinController('service', 'weixin/broadcasts')
@RouteGroup({ tag: 'Broadcast 群发' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class BroadcastController {
  constructor(
    private readonly broadcasts: BroadcastService,
    private readonly progresses: BroadcastProgressService,
    private readonly streams: EventStreams,
  ) {}

  @Post()
  @Audited('broadcasts.create')
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'One content to everybody who asked',
    description: 'Each person gets one message at most, for one grant. It goes on in the background.',
    responses: { 201: json('It is started, or a draft', BROADCAST) },
    problems: { 404: 'Unknown account, template or purpose', 409: 'The idempotency key is taken' },
  })
  async start(@Client() client: ServiceClient, @Body() body: StartBroadcastDto): Promise<BroadcastView> {
    client.requireAccount(body.appId);
    const { recipients, draft, ...input } = body;
    const by = { requestedBy: client.name };
    const list = inline(recipients);
    if (!draft) return this.view(await this.broadcasts.start({ ...input, recipients: list }, by));
    const broadcast = await this.broadcasts.draft(input, by);
    return this.view(list ? await this.broadcasts.addRecipients(broadcast.id, list) : broadcast);
  }

  @Post('preview')
  @HttpCode(200)
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'What it would do, without doing any of it',
    responses: { 200: json('People, samples and time', BROADCAST_PREVIEW) },
    problems: { 404: 'Unknown account, template or purpose' },
  })
  async preview(@Client() client: ServiceClient, @Body() body: StartBroadcastDto): Promise<BroadcastPreview> {
    client.requireAccount(body.appId);
    const { recipients, draft, ...input } = body;
    return this.broadcasts.preview({ ...input, recipients: inline(recipients) });
  }

  @Get()
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'The broadcasts of an account, newest first',
    responses: { 200: json('A page of broadcasts', BROADCASTS) },
  })
  async list(
    @Client() client: ServiceClient,
    @Query() query: BroadcastQueryDto,
  ): Promise<{ broadcasts: BroadcastView[] }> {
    client.requireAccount(query.appId);
    const found = await this.broadcasts.list(query);
    return { broadcasts: found.map((broadcast) => toBroadcastView(broadcast)) };
  }

  @Get(':id')
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'A broadcast and its progress',
    responses: { 200: json('The broadcast', BROADCAST) },
    problems: { 404: 'No such broadcast, or one of an account that the client may not use' },
  })
  async get(@Client() client: ServiceClient, @Param() { id }: BroadcastParamsDto): Promise<BroadcastView> {
    return this.view(await this.ofClient(client, id));
  }

  /** Its progress as server-sent events named `progress`, each a JSON object, until it is over. */
  @Sse(':id/events')
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'Its progress as it changes, until it is over',
    description: 'Server-sent events named `progress`, each a BroadcastProgress.',
    responses: {
      200: { description: 'The stream', body: BROADCAST_PROGRESS, mediaType: 'text/event-stream' },
    },
    problems: {
      404: 'No such broadcast, or one of an account that the client may not use',
      429: 'The client watches too many already',
    },
  })
  async events(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
    @Req() { socket }: { socket: Socket },
  ): Promise<Observable<MessageEvent>> {
    // Before the stream begins: afterwards nobody could be answered with a problem.
    const leave = this.streams.enter(client.name, socket);
    try {
      const { broadcast, progress: first } = await this.progresses.look(id);
      if (!client.mayUse(broadcast.appId)) throw new BroadcastNotFoundError(id);
      const progress = this.progresses
        .watch(id, LOOK_EVERY_MS, first)
        .pipe(map((at): MessageEvent => ({ type: 'progress', data: toProgressView(at) })));
      return withHeartbeat(progress).pipe(finalize(leave));
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Who did what with it. */
  @Get(':id/history')
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'Who did what with it',
    responses: { 200: json('Oldest first', BROADCAST_HISTORY) },
    problems: { 404: 'No such broadcast, or one of an account that the client may not use' },
  })
  async history(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
  ): Promise<{ events: BroadcastEventView[] }> {
    await this.ofClient(client, id);
    return { events: (await this.broadcasts.events(id)).map(toEventView) };
  }

  /** What became of every person, as CSV. */
  @Get(':id/export')
  @RequireScope('broadcasts:read')
  @Documented({
    summary: 'What became of every person',
    responses: { 200: { description: 'CSV (RFC 4180)', body: text(), mediaType: 'text/csv' } },
    problems: { 404: 'No such broadcast, or one of an account that the client may not use' },
  })
  async export(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
  ): Promise<StreamableFile> {
    await this.ofClient(client, id);
    return new StreamableFile(Readable.from(this.broadcasts.export(id)), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="broadcast-${id}.csv"`,
    });
  }

  /**
   * Lines of JSON (`application/x-ndjson`): `{"openid": …, "fields": {…}}`. Read as a stream, whatever their
   * size.
   */
  @Post(':id/recipients')
  @Audited('broadcasts.add-recipients')
  @RawBody()
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'Add recipients to a draft',
    description: 'A line of JSON for each: an openid in quotes, or {"openid", "fields"}. Of any length.',
    body: { 'application/x-ndjson': text() },
    responses: { 200: json('They are recorded', BROADCAST) },
    problems: {
      400: 'A line is no recipient: those before it are recorded',
      404: 'No such broadcast, or one of an account that the client may not use',
      409: 'It is no draft, or another call adds recipients',
    },
  })
  async addRecipients(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
    @Req() request: RawRequest,
  ): Promise<BroadcastView> {
    await this.ofClient(client, id);
    return this.view(await this.broadcasts.addRecipients(id, recipientsIn(request)));
  }

  @Post(':id/start')
  @Audited('broadcasts.start')
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'Start a draft',
    responses: { 200: json('It is started', BROADCAST) },
    problems: {
      404: 'No such broadcast, or one of an account that the client may not use',
      409: 'It is no draft',
    },
  })
  async launch(@Client() client: ServiceClient, @Param() { id }: BroadcastParamsDto): Promise<BroadcastView> {
    await this.ofClient(client, id);
    return this.view(await this.broadcasts.launch(id, { requestedBy: client.name }));
  }

  @Post(':id/pause')
  @Audited('broadcasts.pause')
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'Stop it until it is resumed',
    body: [BroadcastChangeDto],
    isBodyOptional: true,
    responses: { 200: json('It is paused', BROADCAST) },
    problems: {
      404: 'No such broadcast, or one of an account that the client may not use',
      409: 'It does not run',
    },
  })
  pause(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
    @Body() body: Record<string, unknown>,
  ): Promise<BroadcastView> {
    return this.change('pause', client, id, body);
  }

  @Post(':id/resume')
  @Audited('broadcasts.resume')
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'Go on after a pause, whatever its cause',
    body: [BroadcastChangeDto],
    isBodyOptional: true,
    responses: { 200: json('It goes on', BROADCAST) },
    problems: {
      404: 'No such broadcast, or one of an account that the client may not use',
      409: 'It is not paused',
    },
  })
  resume(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
    @Body() body: Record<string, unknown>,
  ): Promise<BroadcastView> {
    return this.change('resume', client, id, body);
  }

  @Post(':id/cancel')
  @Audited('broadcasts.cancel')
  @HttpCode(200)
  @RequireScope('broadcasts:send')
  @Documented({
    summary: 'End it for good',
    body: [BroadcastChangeDto],
    isBodyOptional: true,
    responses: { 200: json('Who was not written to keeps the grant', BROADCAST) },
    problems: {
      404: 'No such broadcast, or one of an account that the client may not use',
      409: 'It is over already',
    },
  })
  cancel(
    @Client() client: ServiceClient,
    @Param() { id }: BroadcastParamsDto,
    @Body() body: Record<string, unknown>,
  ): Promise<BroadcastView> {
    return this.change('cancel', client, id, body);
  }

  private async change(
    action: 'pause' | 'resume' | 'cancel',
    client: ServiceClient,
    id: string,
    body: unknown,
  ): Promise<BroadcastView> {
    // A body is not needed, and then there may be none.
    const { reason } = validateInput(BroadcastChangeDto, body ?? {});
    await this.ofClient(client, id);
    return this.view(
      await this.broadcasts[action](id, { requestedBy: client.name, reason: reason ?? undefined }),
    );
  }

  /** A broadcast of an account that the client may not use is answered as one that does not exist. */
  private async ofClient(client: ServiceClient, id: string): Promise<Broadcast> {
    const broadcast = await this.broadcasts.get(id);
    if (!client.mayUse(broadcast.appId)) throw new BroadcastNotFoundError(id);
    return broadcast;
  }

  private async view(broadcast: Broadcast): Promise<BroadcastView> {
    return toBroadcastView(broadcast, await this.broadcasts.progress(broadcast.id));
  }
}

/** Before a draft is written for them. @throws {InvalidInputError} */
function inline(recipients: unknown[] | undefined): RecipientList | undefined {
  if (recipients === undefined || recipients === null) return undefined;
  if (Array.isArray(recipients) && recipients.length > 0 && recipients.length <= MOST_INLINE) {
    const list = recipients as Iterable<string>;
    assertRecipients(list);
    return list;
  }
  throw new InvalidInputError([
    {
      field: 'recipients',
      message: `recipients must be a list of 1 to ${MOST_INLINE} openids or {"openid", "fields"}; longer ones are sent to broadcasts/:id/recipients`,
    },
  ]);
}
