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
import type { ServiceClient } from '../../config/service-client.js';
import { GrantRepository } from '../../grant/grant.repository.js';
import { assertBody, InputPipe } from '../../http/input.pipe.js';
import { ProblemDetailsFilter } from '../../http/problem-details.filter.js';
import { ServiceKeyGuard } from '../../http/service-key.guard.js';
import { Client, RequireScope } from '../../http/service-route.js';
import { WeixinController } from '../../http/weixin-controller.js';
import type { MessageRecord } from '../ledger/message.types.js';
import { GrantQueryDto } from './grant-query.dto.js';
import { MessageNotFoundError } from './message.errors.js';
import { type GrantsView, type MessageView, toGrantsView, toMessageView } from './message.view.js';
import { MessageParamsDto } from './message-params.dto.js';
import { SubscribeService } from './subscribe.service.js';

/** Sends for the company's other services, and tells them what became of it and what may still be sent. */
@WeixinController('service', 'weixin')
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
  async send(
    @Client() client: ServiceClient,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<MessageView> {
    assertBody(body);
    const message = this.subscribe.checked(body);
    client.requireAccount(message.appId);
    const record = await this.subscribe.send(message, client.name);
    if (record.status === 'waiting') this.promise(record.id, response);
    return toMessageView(record);
  }

  @Post('messages/:id/cancel')
  @HttpCode(200)
  @RequireScope('messages:send')
  async cancel(@Client() client: ServiceClient, @Param() { id }: MessageParamsDto): Promise<MessageView> {
    await this.ofClient(client, id);
    return toMessageView(await this.subscribe.cancel(id));
  }

  @Get('messages/:id')
  @RequireScope('messages:read')
  async get(@Client() client: ServiceClient, @Param() { id }: MessageParamsDto): Promise<MessageView> {
    return toMessageView(await this.ofClient(client, id));
  }

  @Get('grants')
  @RequireScope('grants:read')
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

  /** 202, and where to read what becomes of it: relative, because only the caller knows the address it called. */
  private promise(id: string, response: unknown): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.status(response, 202);
    httpAdapter.setHeader(response, 'Location', `messages/${id}`);
  }
}
