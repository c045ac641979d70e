import {
  Body,
  Get,
  Header,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { InvalidInputError } from '../kernel/errors.js';
import { text } from '../kernel/schema.js';
import { CardNotFoundError } from './card.errors.js';
import { CARD, CARD_EXPLANATION } from './card.schemas.js';
import { CardService } from './card.service.js';
import type { CardHistory } from './card.types.js';
import { type CardExplanationView, type CardView, toCardExplanationView, toCardView } from './card.view.js';
import { CardParamsDto, CardQueryDto, StartCardDto, UpdateCardDto } from './dto/card.dto.js';

const OUTCOMES = {
  422: 'WeChat refused it for this person, or refused the content',
  502: 'Not stored, or nobody knows yet',
  503: 'No access token, quota used up, or database away',
};

/** Service cards for the company's other services. */
@WeixinController('service', 'weixin/cards')
@RouteGroup({ tag: 'Cards 服务卡片' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class CardController {
  constructor(
    private readonly cards: CardService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Post()
  @RequireScope('cards:send')
  @Documented({
    summary: 'Begin a service card with the code of a payment or of a button',
    responses: {
      201: json('WeChat has stored its state, or shows it already', CARD),
      202: json('WeChat does not know the payment yet; it is tried again after a minute', CARD, {
        Location: text('Where to read what becomes of it', { format: 'uri-reference' }),
      }),
    },
    problems: {
      ...{
        404: 'Unknown account',
        409: 'The code is used, busy, or its card has ended; account switched off',
      },
      ...OUTCOMES,
    },
  })
  async start(
    @Client() client: ServiceClient,
    @Body() body: StartCardDto,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<CardView> {
    client.requireAccount(body.appId);
    const card = await this.cards.start(body, client.name);
    if (card.updates[0]?.status === 'waiting') this.promise(card.id, response);
    return toCardView(card);
  }

  @Patch(':id')
  @RequireScope('cards:send')
  @Documented({
    summary: 'Set a card to a state, or add what stands beside it',
    responses: {
      200: json('WeChat has stored it, or shows it already', CARD),
      202: json('It is not stored yet and is tried again by itself', CARD),
    },
    problems: {
      404: 'No such card, or one of an account that the client may not use',
      409: 'The state may not follow; another update has not ended; the card has ended; account switched off',
      ...OUTCOMES,
    },
  })
  async update(
    @Client() client: ServiceClient,
    @Param() { id }: CardParamsDto,
    @Body() { state, fields, ext }: UpdateCardDto,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<CardView> {
    const isExt = ext !== undefined && ext !== null;
    if (isExt === (typeof state === 'number'))
      throw new InvalidInputError([{ field: 'state', message: 'give either state with its fields, or ext' }]);
    await this.ofClient(client, id);
    const card = isExt
      ? await this.cards.extend(id, ext, client.name)
      : await this.cards.update(id, { state: state as number, fields: fields ?? {} }, client.name);
    if (card.updates[0]?.status === 'waiting') this.promise(card.id, response);
    return toCardView(card);
  }

  @Get(':id')
  @RequireScope('cards:read')
  @Documented({
    summary: 'A card and what was done with it; with live=true also how it stands at WeChat',
    responses: { 200: json('The card', CARD) },
    problems: {
      404: 'No such card, or one of an account that the client may not use',
      409: 'live=true: its person was forgotten, or the account is switched off',
      422: 'live=true: WeChat does not know the code',
      502: 'live=true: WeChat did not say',
      503: 'No access token, quota used up, or database away',
    },
  })
  async get(
    @Client() client: ServiceClient,
    @Param() { id }: CardParamsDto,
    @Query() { live }: CardQueryDto,
  ): Promise<CardView> {
    const card = await this.ofClient(client, id);
    return toCardView(live === 'true' ? await this.cards.status(id) : card);
  }

  @Get(':id/explain')
  @RequireScope('cards:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'How a card stands and why',
    description:
      'In English and Chinese, with one next step. Asks WeChat for its record of the newest update, where it has one.',
    responses: { 200: json('What was found', CARD_EXPLANATION) },
    problems: { 404: 'No such card, or one of an account that the client may not use' },
  })
  async explain(
    @Client() client: ServiceClient,
    @Param() { id }: CardParamsDto,
  ): Promise<CardExplanationView> {
    await this.ofClient(client, id);
    return toCardExplanationView(await this.cards.explain(id));
  }

  /** A card of an account that the client may not use is answered as one that does not exist. */
  private async ofClient(client: ServiceClient, id: string): Promise<CardHistory> {
    const card = await this.cards.get(id);
    if (!client.mayUse(card.appId)) throw new CardNotFoundError(id);
    return card;
  }

  /**
   * 202, and where to read what becomes of it: relative, because only the caller knows the address it called.
   */
  private promise(id: string, response: unknown): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.status(response, 202);
    httpAdapter.setHeader(response, 'Location', `cards/${id}`);
  }
}
