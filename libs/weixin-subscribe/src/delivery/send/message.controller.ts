import {
  Body,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Accounts } from '../../account/accounts.js';
import { GrantRepository } from '../../grant/grant.repository.js';
import { assertBody, InputPipe } from '../../http/input.pipe.js';
import { ProblemDetailsFilter } from '../../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../../http/route-doc.js';
import { Audited } from '../../http/service-actions.js';
import type { ServiceClient } from '../../http/service-client.js';
import { ServiceKeyGuard } from '../../http/service-key.guard.js';
import { Client, RequireScope } from '../../http/service-route.js';
import { WeixinController } from '../../http/weixin-controller.js';
import { text } from '../../kernel/schema.js';
import { CHANNEL_LIST } from '../channels/channel-list.js';
import type { MessageRecord } from '../ledger/message.types.js';
import { GrantQueryDto } from './grant-query.dto.js';
import { MessageNotFoundError } from './message.errors.js';
import { GRANTS, MESSAGE } from './message.schemas.js';
import { type GrantsView, type MessageView, toGrantsView, toMessageView } from './message.view.js';
import { MessageParamsDto } from './message-params.dto.js';
import { ResolveMessageDto } from './resolve-message.dto.js';
import { SubscribeService } from './subscribe.service.js';

/** Sends for the company's other services, and tells them what became of it and what may still be sent. */
@WeixinController('service', 'weixin')
@RouteGroup({ tag: 'Send 发送' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class MessageController {
  constructor(
    private readonly subscribe: SubscribeService,
    private readonly grants: GrantRepository,
    private readonly accounts: Accounts,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Post('messages')
  @RequireScope('messages:send')
  @Documented({
    summary: 'Send one message for one grant',
    body: CHANNEL_LIST.map(({ input }) => input),
    responses: {
      201: json('WeChat accepted it', MESSAGE),
      202: json('It waits for its time', MESSAGE, {
        Location: text('Where to read what becomes of it', { format: 'uri-reference' }),
      }),
    },
    problems: {
      400: 'Invalid input',
      404: 'Unknown account or template',
      409: 'No unused grant, or the idempotency key is taken',
      422: 'WeChat refused for this person, or refused the content',
      502: 'Not sent, or nobody knows',
      503: 'No access token, quota used up (see Retry-After), or database away',
    },
  })
  async send(
    @Client() client: ServiceClient,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<MessageView> {
    assertBody(body);
    const message = this.subscribe.checked(body);
    client.requireAccount(message.appId);
    const record = await this.subscribe.send(message, client.name);
    if (record.status === 'waiting') {
      this.adapterHost.httpAdapter.status(response, 202);
      this.locate(record.id, response);
    }
    return toMessageView(record);
  }

  @Post('messages/:id/cancel')
  @Audited('messages.cancel')
  @HttpCode(200)
  @RequireScope('messages:send')
  @Documented({
    summary: 'Give up a deferred message that still waits',
    responses: { 200: json('It ended as failed; its grant stays', MESSAGE) },
    problems: {
      404: 'No such message, or one of an account that the client may not use',
      409: 'It does not wait any more',
    },
  })
  async cancel(@Client() client: ServiceClient, @Param() { id }: MessageParamsDto): Promise<MessageView> {
    await this.ofClient(client, id);
    return toMessageView(await this.subscribe.cancel(id));
  }

  @Post('messages/:id/resend')
  @Audited('messages.resend')
  @HttpCode(202)
  @RequireScope('messages:send')
  @Documented({
    summary: 'Send once more what has ended without reaching its person',
    description:
      'A new message with the same content, for a grant that is claimed when it goes. Repeated calls return the message that the first one made.',
    responses: {
      202: json('The new message, which waits or is on its way', MESSAGE, {
        Location: text('Where to read what becomes of it', { format: 'uri-reference' }),
      }),
    },
    problems: {
      400: 'Invalid input, or its channel does not send this content any more',
      404: 'No such message, or one of an account that the client may not use; unknown template',
      409: 'It may have arrived, a later one stands for it, its deadline has passed, or no unused grant',
    },
  })
  async resend(
    @Client() client: ServiceClient,
    @Param() { id }: MessageParamsDto,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<MessageView> {
    await this.ofClient(client, id);
    const record = await this.subscribe.resend(id, client.name);
    this.locate(record.id, response);
    return toMessageView(record);
  }

  @Post('messages/:id/resolve')
  @Audited('messages.resolve')
  @HttpCode(200)
  @RequireScope('messages:resolve')
  @Documented({
    summary: 'End an unknown message, because a person knows what became of it',
    responses: { 200: json('It ended so, now or by an earlier call with the same outcome', MESSAGE) },
    problems: {
      404: 'No such message, or one of an account that the client may not use',
      409: 'Its outcome is not unknown, or not unknown any more',
    },
  })
  async resolve(
    @Client() client: ServiceClient,
    @Param() { id }: MessageParamsDto,
    @Body() { outcome }: ResolveMessageDto,
  ): Promise<MessageView> {
    await this.ofClient(client, id);
    return toMessageView(await this.subscribe.resolve(id, outcome, client.name));
  }

  @Get('messages/:id')
  @RequireScope('messages:read')
  @Documented({
    summary: 'What became of a message',
    responses: { 200: json('The message', MESSAGE) },
    problems: { 404: 'No such message, or one of an account that the client may not use' },
  })
  async get(@Client() client: ServiceClient, @Param() { id }: MessageParamsDto): Promise<MessageView> {
    return toMessageView(await this.ofClient(client, id));
  }

  @Get('grants')
  @RequireScope('grants:read')
  @Documented({
    summary: 'What may still be sent, and the history of the grant',
    responses: { 200: json('The grants', GRANTS) },
    problems: { 404: 'Unknown account or template' },
  })
  async list(
    @Client() client: ServiceClient,
    @Query() { appId, openid, templateId, scene }: GrantQueryDto,
  ): Promise<GrantsView> {
    client.requireAccount(appId);
    this.accounts.withTemplate(appId, templateId);
    const scope = this.grants.scopeOf({ appId, openid, templateId, scene });
    const [available, grants] = await Promise.all([
      this.grants.countAvailable(scope),
      this.grants.list(scope),
    ]);
    return toGrantsView(available, grants);
  }

  /** A message of an account that the client may not use is answered as one that does not exist. */
  private async ofClient(client: ServiceClient, id: string): Promise<MessageRecord> {
    const message = await this.subscribe.get(id);
    if (!client.mayUse(message.appId)) throw new MessageNotFoundError(id);
    return message;
  }

  /** Where to read what becomes of it: relative, because only the caller knows the address it called. */
  private locate(id: string, response: unknown): void {
    this.adapterHost.httpAdapter.setHeader(response, 'Location', `messages/${id}`);
  }
}
