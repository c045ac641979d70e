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
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Audited } from '../http/service-actions.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import type { TemplateFinding } from './drift/template-drift.js';
import { TemplateDriftService } from './drift/template-drift.service.js';
import { ReviewTemplateDto } from './dto/review-template.dto.js';
import {
  AddTemplateDto,
  CompareTemplatesDto,
  PublicKeywordsDto,
  PublicTitlesDto,
  TemplateParamsDto,
  TemplateQueryDto,
} from './dto/template.dto.js';
import type { ReviewFinding } from './review/review.types.js';
import { reviewTemplate } from './review/review-template.js';
import {
  ADDED_TEMPLATE,
  PUBLIC_KEYWORDS,
  PUBLIC_TITLES,
  TEMPLATE_CATEGORIES,
  TEMPLATE_FINDINGS_REPLY,
  TEMPLATE_REVIEW,
  TEMPLATES,
  type TemplateFindingReply,
} from './template.schemas.js';
import { TemplateService } from './template.service.js';
import type { PublicKeyword, PublicTitles, SubscribeTemplate, TemplateCategory } from './template.types.js';

const FROM_WEIXIN = {
  400: 'Invalid input, or a mobile app',
  404: 'Unknown account',
  422: 'WeChat refused what was asked',
  502: 'WeChat refused the account, or gave no usable response',
  503: 'WeChat is busy or the quota is used up, or there is no access token',
};

/** Templates for the company's other services: see, add, delete, review. */
@WeixinController('service', 'weixin/templates')
@RouteGroup({ tag: 'Template 模板', problems: FROM_WEIXIN })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class TemplateController {
  constructor(
    private readonly templates: TemplateService,
    private readonly templateDrift: TemplateDriftService,
  ) {}

  @Get()
  @RequireScope('templates:read')
  @Documented({
    summary: 'The templates of an account',
    description: 'From memory, for as long as `templates.cacheSeconds`.',
    responses: { 200: json('All of them', TEMPLATES) },
  })
  async list(
    @Client() client: ServiceClient,
    @Query() { appId }: TemplateQueryDto,
  ): Promise<{ templates: SubscribeTemplate[] }> {
    client.requireAccount(appId);
    return { templates: await this.templates.list(appId) };
  }

  @Post()
  @Audited('templates.add')
  @RequireScope('templates:write')
  @Documented({
    summary: 'Take a template of the public library',
    responses: { 201: json('Its id', ADDED_TEMPLATE) },
  })
  async add(@Client() client: ServiceClient, @Body() body: AddTemplateDto): Promise<{ templateId: string }> {
    client.requireAccount(body.appId);
    return { templateId: await this.templates.add(body) };
  }

  @Delete(':appId/:templateId')
  @Audited('templates.delete')
  @HttpCode(204)
  @RequireScope('templates:write')
  @Documented({
    summary: 'Delete a template; grants for it are worth nothing then',
    responses: { 204: { description: 'It is gone' } },
  })
  async delete(
    @Client() client: ServiceClient,
    @Param() { appId, templateId }: TemplateParamsDto,
  ): Promise<void> {
    client.requireAccount(appId);
    await this.templates.delete(appId, templateId);
  }

  /** Asks the database only. */
  @Get('drift')
  @RequireScope('templates:read')
  @Documented({
    summary: 'Templates of the options that are missing at WeChat, or have other keywords than before',
    description: 'Since the last comparison; see `templates.compareEverySeconds`.',
    responses: { 200: json('All that stand', TEMPLATE_FINDINGS_REPLY) },
  })
  async drift(
    @Client() client: ServiceClient,
    @Query() { appId }: TemplateQueryDto,
  ): Promise<{ findings: TemplateFindingReply[] }> {
    client.requireAccount(appId);
    return reply((await this.templateDrift.findings()).filter((finding) => finding.appId === appId));
  }

  @Post('drift')
  @Audited('templates.compare')
  @HttpCode(200)
  @RequireScope('templates:write')
  @Documented({
    summary: "Compare an account's templates with WeChat now",
    description: 'Ends the pause of the sends of a template that is back.',
    responses: { 200: json('All that stand afterwards', TEMPLATE_FINDINGS_REPLY) },
  })
  async compare(
    @Client() client: ServiceClient,
    @Body() { appId }: CompareTemplatesDto,
  ): Promise<{ findings: TemplateFindingReply[] }> {
    client.requireAccount(appId);
    return reply(await this.templateDrift.compare(appId));
  }

  @Get('categories')
  @RequireScope('templates:read')
  @Documented({
    summary: 'The categories (类目) of an account',
    responses: { 200: json('All of them', TEMPLATE_CATEGORIES) },
  })
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
  @Documented({ summary: 'Titles of the public library', responses: { 200: json('A page', PUBLIC_TITLES) } })
  async titles(@Client() client: ServiceClient, @Query() query: PublicTitlesDto): Promise<PublicTitles> {
    client.requireAccount(query.appId);
    return this.templates.publicTitles(query);
  }

  /** Of one title of the public library. */
  @Get('keywords')
  @RequireScope('templates:read')
  @Documented({
    summary: 'The keywords of a public title',
    responses: { 200: json('All of them', PUBLIC_KEYWORDS) },
  })
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
  @Documented({
    summary: "Hold a template against WeChat's review rules",
    description: 'Calls nobody. No finding is not an approval.',
    responses: { 200: json('What was found', TEMPLATE_REVIEW) },
  })
  review(@Body() draft: ReviewTemplateDto): { findings: ReviewFinding[] } {
    return { findings: reviewTemplate(draft) };
  }
}

const reply = (findings: TemplateFinding[]): { findings: TemplateFindingReply[] } => ({
  findings: findings.map((finding) => ({ ...finding, since: finding.since.toISOString() })),
});
