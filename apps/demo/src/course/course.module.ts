import { Module } from '@nestjs/common';
import { ClassBroadcastController } from './broadcast/class-broadcast.controller.js';
import { ClassBroadcastService } from './broadcast/class-broadcast.service.js';
import { ClassBroadcastFeedController } from './broadcast/class-broadcast-feed.controller.js';
import { CourseController } from './course.controller.js';
import { ReminderService } from './reminder.service.js';

/** The business of this host: courses, and reminding people of them. */
@Module({
  controllers: [CourseController, ClassBroadcastController, ClassBroadcastFeedController],
  providers: [ReminderService, ClassBroadcastService],
})
export class CourseModule {}
