import {
  Body,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import type { ServiceClient } from '../config/service-client.js';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { ReviewTemplateDto } from './dto/review-template.dto.js';
import {
  AddTemplateDto,
  PublicKeywordsDto,
  PublicTitlesDto,
  TemplateParamsDto,
  TemplateQueryDto,
} from './dto/template.dto.js';
import type { ReviewFinding } from './review/review.types.js';
import { reviewTemplate } from './review/review-template.js';
import { TemplateService } from './template.service.js';
import type { PublicKeyword, PublicTitles, SubscribeTemplate, TemplateCategory } from './template.types.js';

/** Templates for the company's other services: see, add, delete, review. */
@WeixinController('service', 'weixin/templates')
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class TemplateController {
  constructor(private readonly templates: TemplateService) {}

  @Get()
  @RequireScope('templates:read')
  async list(
    @Client() client: ServiceClient,
    @Query() { appId }: TemplateQueryDto,
  ): Promise<{ templates: SubscribeTemplate[] }> {
    client.requireAccount(appId);
    return { templates: await this.templates.list(appId) };
  }

  @Post()
  @RequireScope('templates:write')
  async add(@Client() client: ServiceClient, @Body() body: AddTemplateDto): Promise<{ templateId: string }> {
    client.requireAccount(body.appId);
    return { templateId: await this.templates.add(body) };
  }

  @Delete(':appId/:templateId')
  @HttpCode(204)
  @RequireScope('templates:write')
  async delete(
    @Client() client: ServiceClient,
    @Param() { appId, templateId }: TemplateParamsDto,
  ): Promise<void> {
    client.requireAccount(appId);
    await this.templates.delete(appId, templateId);
  }

  @Get('categories')
  @RequireScope('templates:read')
  async categories(
    @Client() client: ServiceClient,
    @Query() { appId }: TemplateQueryDto,
  ): Promise<{ categories: TemplateCategory[] }> {
    client.requireAccount(appId);
    return { categories: await this.templates.categories(appId) };
  }

  /** Of the public library. */
  @Get('titles')
  @RequireScope('templates:read')
  async titles(@Client() client: ServiceClient, @Query() query: PublicTitlesDto): Promise<PublicTitles> {
    client.requireAccount(query.appId);
    return this.templates.publicTitles(query);
  }

  /** Of one title of the public library. */
  @Get('keywords')
  @RequireScope('templates:read')
  async keywords(
    @Client() client: ServiceClient,
    @Query() query: PublicKeywordsDto,
  ): Promise<{ keywords: PublicKeyword[] }> {
    client.requireAccount(query.appId);
    return { keywords: await this.templates.publicKeywords(query) };
  }

  /** Asks nobody. */
  @Post('review')
  @HttpCode(200)
  @RequireScope('templates:read')
  review(@Body() draft: ReviewTemplateDto): { findings: ReviewFinding[] } {
    return { findings: reviewTemplate(draft) };
  }
}
