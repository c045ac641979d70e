import { Body, Controller, Get, HttpCode, Param, Post, Query, Redirect, UseGuards } from '@nestjs/common';
import { FieldsPipe } from '../pages/fields.pipe.js';
import { HtmlPages } from '../pages/html-pages.js';
import { SameOriginGuard } from '../pages/same-origin.guard.js';
import { ClassBroadcastService } from './broadcast/class-broadcast.service.js';
import { COURSES, courseAt } from './course.catalog.js';
import { renderCoursePage } from './pages/course.page.js';
import { renderCourseListPage } from './pages/course-list.page.js';
import { renderTeacherPage } from './pages/teacher.page.js';
import { RemindDto } from './reminder.dto.js';
import { ReminderService } from './reminder.service.js';

/** The pages. They have no login: a real host puts its own in front of the ones that show people or send. */
@Controller()
@HtmlPages()
export class CourseController {
  constructor(
    private readonly reminders: ReminderService,
    private readonly broadcasts: ClassBroadcastService,
  ) {}

  @Get()
  list(): string {
    return renderCourseListPage(
      COURSES.map((course) => ({ ...course, askUrl: this.reminders.askUrl(course) })),
    );
  }

  /** `subscribe` is what the callback brought. */
  @Get('courses/:number')
  show(@Param('number') number: string, @Query('subscribe') subscribe?: string): string {
    const course = courseAt(number);
    return renderCoursePage({ course, askUrl: this.reminders.askUrl(course), subscribe });
  }

  /** `reminder` and `errcode` are what the button below brought. */
  @Get('courses/:number/teacher')
  async teach(
    @Param('number') number: string,
    @Query('reminder') reminder?: string,
    @Query('errcode') errcode?: string,
  ): Promise<string> {
    const course = courseAt(number);
    return renderTeacherPage({
      course,
      outcome: await this.reminders.outcome(reminder, errcode),
      people: await this.reminders.attendees(course),
      audiences: await this.broadcasts.audiences(course),
      broadcasts: await this.broadcasts.latest(course),
      idempotencyKey: this.reminders.newKey(),
    });
  }

  @Post('courses/:number/reminders')
  @HttpCode(303)
  @Redirect()
  @UseGuards(SameOriginGuard)
  async remind(@Param('number') number: string, @Body(FieldsPipe) to: RemindDto) {
    const course = courseAt(number);
    const attempt = await this.reminders.remind(course, to);
    const query =
      'messageId' in attempt
        ? { reminder: attempt.messageId }
        : { reminder: attempt.code, ...(attempt.errcode && { errcode: String(attempt.errcode) }) };
    return { url: `/courses/${course.number}/teacher?${new URLSearchParams(query)}`, statusCode: 303 };
  }
}
