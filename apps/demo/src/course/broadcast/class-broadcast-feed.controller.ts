import { Readable } from 'node:stream';
import { Controller, Get, type MessageEvent, Param, Sse, StreamableFile } from '@nestjs/common';
import { from, map, type Observable, switchMap } from 'rxjs';
import { courseAt } from '../course.catalog.js';
import { ClassBroadcastService } from './class-broadcast.service.js';
import { liveViewOf } from './live-view.js';

/**
 * What the page of a broadcast loads. The browser needs no service key: it only hears what the page shows
 * anyway.
 */
@Controller('courses/:number/broadcasts/:id')
export class ClassBroadcastFeedController {
  constructor(private readonly broadcasts: ClassBroadcastService) {}

  @Sse('live')
  live(@Param('number') number: string, @Param('id') id: string): Observable<MessageEvent> {
    return from(this.broadcasts.of(courseAt(number), id)).pipe(
      switchMap(() => this.broadcasts.watch(id)),
      map((progress) => ({ type: 'live', data: liveViewOf(progress) })),
    );
  }

  /** What became of every person. */
  @Get('outcome.csv')
  async csv(@Param('number') number: string, @Param('id') id: string): Promise<StreamableFile> {
    await this.broadcasts.of(courseAt(number), id);
    return new StreamableFile(Readable.from(this.broadcasts.csv(id)), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="course-${number}-${id}.csv"`,
    });
  }
}
