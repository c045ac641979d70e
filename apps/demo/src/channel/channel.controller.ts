import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  ParseEnumPipe,
  Post,
  Query,
  Redirect,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { Response } from 'express';
import { FieldsPipe } from '../pages/fields.pipe.js';
import { HtmlPages } from '../pages/html-pages.js';
import { SameOriginGuard } from '../pages/same-origin.guard.js';
import { CHANNELS, channelAt } from './channel.catalog.js';
import { ChannelQueryDto, PlayClientDto, SendChannelMessageDto } from './channel.dto.js';
import { ChannelAccounts } from './channel-accounts.js';
import { ChannelClientService, CLIENT_ACTIONS, type ClientAction } from './channel-client.service.js';
import { dataOf } from './channel-keywords.js';
import { ChannelPageService, keywordsFor } from './channel-page.service.js';
import { ChannelSenderService } from './channel-sender.service.js';
import { renderChannelPage } from './pages/channel.page.js';
import { renderChannelListPage } from './pages/channel-list.page.js';

/**
 * A page for each kind of message: ask, grant, send, inbox. Like the pages of the courses they have no login.
 */
@Controller('channels')
@HtmlPages()
export class ChannelController {
  constructor(
    private readonly accounts: ChannelAccounts,
    private readonly pages: ChannelPageService,
    private readonly client: ChannelClientService,
    private readonly sender: ChannelSenderService,
  ) {}

  @Get()
  list(): string {
    return renderChannelListPage(
      CHANNELS.map((channel) => ({ ...channel, appId: this.accounts.of(channel)?.appId })),
    );
  }

  @Get(':channel')
  async show(@Param('channel') name: string, @Query(FieldsPipe) query: ChannelQueryDto): Promise<string> {
    return renderChannelPage(await this.pages.view(channelAt(name), query));
  }

  @Post(':channel/client/:action')
  @HttpCode(303)
  @Redirect()
  @UseGuards(SameOriginGuard)
  async play(
    @Param('channel') name: string,
    @Param('action', new ParseEnumPipe(CLIENT_ACTIONS)) action: ClientAction,
    @Body(FieldsPipe) to: PlayClientDto,
  ) {
    const channel = channelAt(name);
    return pageOf(name, to, { client: await this.client.play(channel, action, to) });
  }

  /**
   * What breaks a rule is shown again, beside its field; what was sent is on the page of an address of its
   * own, which may be loaded anew.
   */
  @Post(':channel/messages')
  @UseGuards(SameOriginGuard)
  async send(
    @Param('channel') name: string,
    @Body(FieldsPipe) to: SendChannelMessageDto,
    @Body() form: Record<string, unknown>,
    @Res() response: Response,
  ): Promise<void> {
    const channel = channelAt(name);
    const account = this.accounts.withTemplate(channel, to.templateId);
    const template = (await this.pages.templatesOf(channel, account)).get(to.templateId);
    const data = dataOf(keywordsFor(channel, template) ?? [], form);
    const sent = await this.sender.send(channel, to, data);
    if ('errors' in sent) {
      const { openid, templateId, idempotencyKey } = to;
      const values = Object.fromEntries(Object.entries(data).map(([key, { value }]) => [key, value]));
      const refused = { ...sent, values, idempotencyKey };
      const page = await this.pages.view(channel, { openid, templateId }, refused);
      response.status(400).send(renderChannelPage(page));
      return;
    }
    const query =
      'messageId' in sent
        ? { message: sent.messageId }
        : { message: sent.code, ...(sent.errcode && { errcode: String(sent.errcode) }) };
    response.redirect(303, pageOf(name, to, query).url);
  }
}

function pageOf(
  channel: string,
  { openid, templateId }: PlayClientDto,
  brought: Record<string, string>,
): { url: string; statusCode: 303 } {
  const query = new URLSearchParams({ openid, templateId, ...brought });
  return { url: `/channels/${channel}?${query}`, statusCode: 303 };
}
