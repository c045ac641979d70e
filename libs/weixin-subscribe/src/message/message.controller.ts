import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Accounts } from '../common/config/accounts.js';
import { InputPipe } from '../common/http/input.pipe.js';
import { ProblemDetailsFilter } from '../common/http/problem-details.filter.js';
import { ServiceKeyGuard, serviceName } from '../common/http/service-key.guard.js';
import { GrantRepository } from '../grant/grant.repository.js';
import { GrantQueryDto } from './dto/grant-query.dto.js';
import { MessageParamsDto } from './dto/message-params.dto.js';
import { SendMessageDto } from './dto/send-message.dto.js';
import { type GrantsView, type MessageView, toGrantsView, toMessageView } from './message.view.js';
import { SubscribeService } from './subscribe.service.js';

/** Sends for the company's other services, and tells them what became of it and what may still be sent. */
@Controller('weixin')
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
  async send(
    @Body() message: SendMessageDto,
    @Req() request: object,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<MessageView> {
    const record = await this.subscribe.send(message, serviceName(request));
    if (record.status === 'waiting') this.promise(record.id, response);
    return toMessageView(record);
  }

  @Post('messages/:id/cancel')
  @HttpCode(200)
  async cancel(@Param() { id }: MessageParamsDto): Promise<MessageView> {
    return toMessageView(await this.subscribe.cancel(id));
  }

  @Get('messages/:id')
  async get(@Param() { id }: MessageParamsDto): Promise<MessageView> {
    return toMessageView(await this.subscribe.get(id));
  }

  @Get('grants')
  async list(@Query() { appId, openid, templateId, scene }: GrantQueryDto): Promise<GrantsView> {
    this.accounts.withTemplate(appId, templateId);
    const key = { appId, openid, templateId, scene };
    const [available, grants] = await Promise.all([this.grants.countAvailable(key), this.grants.list(key)]);
    return toGrantsView(available, grants);
  }

  /** 202, and where to read what becomes of it: relative, because only the caller knows the address it called. */
  private promise(id: string, response: unknown): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.status(response, 202);
    httpAdapter.setHeader(response, 'Location', `messages/${id}`);
  }
}
