import { randomUUID } from 'node:crypto';
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
  UseGuards,
} from '@nestjs/common';
import { FieldsPipe } from '../../pages/fields.pipe.js';
import { HtmlPages } from '../../pages/html-pages.js';
import { PageScript } from '../../pages/page-headers.js';
import { SameOriginGuard } from '../../pages/same-origin.guard.js';
import { type Course, courseAt } from '../course.catalog.js';
import { renderBroadcastPage } from '../pages/broadcast.page.js';
import { LIVE_SCRIPT } from '../pages/broadcast.script.js';
import { renderBroadcastPreviewPage } from '../pages/broadcast-preview.page.js';
import { AudienceDto, StartClassBroadcastDto } from './class-broadcast.dto.js';
import { ClassBroadcastService } from './class-broadcast.service.js';

const ACTIONS = { pause: 'pause', resume: 'resume', cancel: 'cancel' } as const;

/** The pages to remind a whole class: what would happen, the button, and how it goes on. */
@Controller('courses/:number/broadcasts')
@HtmlPages()
export class ClassBroadcastController {
  constructor(private readonly broadcasts: ClassBroadcastService) {}

  /** What would happen. It asks WeChat for the quota, so it is not part of the course page. */
  @Get('new')
  async preview(@Param('number') number: string, @Query(FieldsPipe) to: AudienceDto): Promise<string> {
    const course = courseAt(number);
    return renderBroadcastPreviewPage({
      course,
      ...(await this.broadcasts.preview(course, to)),
      idempotencyKey: randomUUID(),
    });
  }

  @Post()
  @HttpCode(303)
  @Redirect()
  @UseGuards(SameOriginGuard)
  async start(@Param('number') number: string, @Body(FieldsPipe) to: StartClassBroadcastDto) {
    const course = courseAt(number);
    return pageOf(course, (await this.broadcasts.start(course, to)).id);
  }

  @Get(':id')
  @PageScript(LIVE_SCRIPT)
  async show(@Param('number') number: string, @Param('id') id: string): Promise<string> {
    const course = courseAt(number);
    return renderBroadcastPage({ course, ...(await this.broadcasts.of(course, id)) });
  }

  @Post(':id/:action')
  @HttpCode(303)
  @Redirect()
  @UseGuards(SameOriginGuard)
  async change(
    @Param('number') number: string,
    @Param('id') id: string,
    @Param('action', new ParseEnumPipe(ACTIONS)) action: keyof typeof ACTIONS,
  ) {
    const course = courseAt(number);
    await this.broadcasts.change(course, id, action);
    return pageOf(course, id);
  }
}

function pageOf({ number }: Course, id: string) {
  return { url: `/courses/${number}/broadcasts/${id}`, statusCode: 303 };
}
