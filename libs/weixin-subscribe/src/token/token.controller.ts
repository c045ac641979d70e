import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { ServiceClient } from '../common/config/service-client.js';
import { InputPipe } from '../common/http/input.pipe.js';
import { ProblemDetailsFilter } from '../common/http/problem-details.filter.js';
import { Client, RequireScope } from '../common/http/service-door.js';
import { ServiceKeyGuard } from '../common/http/service-key.guard.js';
import type { AccessToken } from './access-token.js';
import { RefreshTokenDto, TokenParamsDto, type TokenReply } from './token.dto.js';
import { TokenService } from './token.service.js';

/** Gives the access_token to the company's other services and takes their reports of dead ones. */
@Controller('weixin/token')
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly clock: Clock,
  ) {}

  @Get(':appId')
  @Header('Cache-Control', 'no-store')
  @RequireScope('token:read')
  async get(@Client() client: ServiceClient, @Param() { appId }: TokenParamsDto): Promise<TokenReply> {
    client.requireAccount(appId);
    return this.reply(await this.tokens.getToken(appId));
  }

  @Post(':appId/refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RequireScope('token:report')
  async refresh(
    @Client() client: ServiceClient,
    @Param() { appId }: TokenParamsDto,
    @Body() { accessToken }: RefreshTokenDto,
  ): Promise<TokenReply> {
    client.requireAccount(appId);
    return this.reply(await this.tokens.refresh(appId, accessToken));
  }

  private reply({ accessToken, expiresAt }: AccessToken): TokenReply {
    const expiresIn = Math.max(0, Math.floor((expiresAt.getTime() - this.clock.now()) / 1000));
    return { accessToken, expiresIn, expiresAt: expiresAt.toISOString() };
  }
}
