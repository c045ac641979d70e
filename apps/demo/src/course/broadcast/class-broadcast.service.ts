import { BadRequestException, Injectable, Logger, NotFoundException } from '@nestjs/common';
import {
  type Broadcast,
  type BroadcastInput,
  BroadcastNotFoundError,
  type BroadcastProgress,
  BroadcastService,
  BroadcastStateError,
  DatabaseError,
  GrantRepository,
  WeixinSubscribeError,
} from 'nestjs-weixin-subscribe';
import type { Observable } from 'rxjs';
import { oneTimeTemplates } from '../../config/account-template.variable.js';
import { Environment } from '../../config/environment.js';
import type { Course } from '../course.catalog.js';
import { reminderOf } from '../reminder.content.js';
import type { AudienceDto, StartClassBroadcastDto } from './class-broadcast.dto.js';
import type { Audience, ClassBroadcast, ClassPreview } from './class-broadcast.types.js';

const WORD = { requestedBy: 'course-page' };
const COUNTED = 1000;
const WATCH_EVERY_MS = 500;

/** Reminding everybody who asked for a course, at once. */
@Injectable()
export class ClassBroadcastService {
  private readonly logger = new Logger(ClassBroadcastService.name);

  constructor(
    private readonly environment: Environment,
    private readonly grants: GrantRepository,
    private readonly broadcasts: BroadcastService,
  ) {}

  /**
   * Who may be reminded now. Counted to 1,000 here, which is enough for a button; the preview counts to the
   * end.
   */
  async audiences({ number }: Course): Promise<Audience[]> {
    const found = await Promise.all(
      this.environment.WEIXIN_ACCOUNTS.flatMap(({ appId, kind, templates }) =>
        oneTimeTemplates(templates).map(async (templateId) => {
          const filter = { appId, templateId, scene: number, status: 'available' as const };
          const { length: people } = await this.grants.list(filter, COUNTED);
          const flow = kind === 'mobile-app' ? ('app' as const) : ('web' as const);
          return { appId, templateId, flow, people, andMore: people === COUNTED };
        }),
      ),
    );
    return found.filter(({ people }) => people > 0);
  }

  /** Of the latest broadcasts of each account those for this course, newest first. */
  async latest({ number }: Course): Promise<Broadcast[]> {
    const lists = this.environment.WEIXIN_ACCOUNTS.map(({ appId }) => this.broadcasts.list({ appId }));
    return (await Promise.all(lists))
      .flat()
      .filter(({ scene }) => scene === number)
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  }

  /**
   * Writes nothing and sends nothing.
   * @throws {BadRequestException} of an account or template that is not ours
   */
  async preview(course: Course, { appId, templateId }: AudienceDto): Promise<ClassPreview> {
    const preview = await this.asked(course, () =>
      this.broadcasts.preview(this.inputOf(course, { appId, templateId })),
    );
    return { appId, templateId, preview };
  }

  /** @throws {BadRequestException} as {@link preview} */
  async start(course: Course, { idempotencyKey, ...to }: StartClassBroadcastDto): Promise<Broadcast> {
    return this.asked(course, () =>
      this.broadcasts.start({ ...this.inputOf(course, to), idempotencyKey }, WORD),
    );
  }

  /** @throws {NotFoundException} there is none for this course */
  async of(course: Course, id: string): Promise<ClassBroadcast> {
    try {
      const broadcast = await this.broadcasts.get(id);
      if (broadcast.scene === course.number)
        return { broadcast, progress: await this.broadcasts.progress(id) };
    } catch (error) {
      if (!(error instanceof BroadcastNotFoundError)) throw error;
    }
    throw new NotFoundException();
  }

  /** Every change of where it stands, until it is over. */
  watch(id: string): Observable<BroadcastProgress> {
    return this.broadcasts.watch(id, WATCH_EVERY_MS);
  }

  /** Lines of CSV; Excel needs the byte order mark to read Chinese. */
  csv(id: string): AsyncGenerator<string, void, undefined> {
    return this.broadcasts.export(id, { bom: true });
  }

  /**
   * What can not be done any more, because the state has changed since the page was shown, is left: the next
   * page tells the state.
   */
  async change(course: Course, id: string, action: 'pause' | 'resume' | 'cancel'): Promise<void> {
    await this.of(course, id);
    try {
      await this.broadcasts[action](id, WORD);
    } catch (error) {
      if (!(error instanceof BroadcastStateError)) throw error;
    }
  }

  private inputOf(course: Course, { appId, templateId }: AudienceDto): BroadcastInput {
    return {
      appId,
      templateId,
      scene: course.number,
      ...reminderOf(course, this.environment.PUBLIC_BASE_URL),
    };
  }

  /** Whatever else the library refuses was not in a form of ours. */
  private async asked<T>({ number }: Course, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof WeixinSubscribeError) || error instanceof DatabaseError) throw error;
      this.logger.warn(`course ${number}: ${error.code}: ${error.message}`);
      throw new BadRequestException(error.message);
    }
  }
}
