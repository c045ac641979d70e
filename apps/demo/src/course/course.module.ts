import { Module } from '@nestjs/common';
import { CourseController } from './course.controller.js';
import { ReminderService } from './reminder.service.js';

/** The business of this host: courses, and reminding people of them. */
@Module({ controllers: [CourseController], providers: [ReminderService] })
export class CourseModule {}
