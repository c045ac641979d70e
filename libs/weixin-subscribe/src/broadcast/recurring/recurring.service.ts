import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { InvalidInputError } from '../../kernel/errors.js';
import { RandomSource } from '../../kernel/random-source.js';
import { recordable } from '../../kernel/text.js';
import { validateInput } from '../../kernel/validation.js';
import { tooManyBytes } from '../../sql/column-sizes.js';
import type { ChangedBy } from '../broadcast.repository.js';
import { BroadcastDrafts } from '../broadcast-drafts.js';
import type { BroadcastDto } from '../dto/broadcast.dto.js';
import { namesIn } from '../placeholders.js';
import { CronTimes, recurrenceErrors } from './cron-times.js';
import { occurrenceInput } from './occurrence-input.js';
import { OccurrenceQueryDto, RecurringBroadcastDto, RecurringQueryDto } from './recurring.dto.js';
import {
  RecurringBroadcastNameTakenError,
  RecurringBroadcastNotFoundError,
  RecurringBroadcastStateError,
} from './recurring.errors.js';
import { RecurringRepository } from './recurring.repository.js';
import type { Occurrence, Recurrence, RecurringBroadcast, RecurringContent } from './recurring.types.js';

const DEFAULT_ZONE = 'Asia/Shanghai';
const DEFAULT_WITHIN = 60;

/**
 * Broadcasts that start by themselves at the times of a cron expression, one for each time, whatever the
 * number of processes; needs `schedule.enabled`. Who gets it is decided each time: everybody with an unused
 * grant then.
 */
@Injectable()
export class RecurringBroadcastService {
  constructor(
    private readonly recurring: RecurringRepository,
    private readonly drafts: BroadcastDrafts,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Writes one down; its first time is the next one of its cron expression. What it says is checked as that
   * of a broadcast, with `{{date}}` and `{{time}}` of its first time.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link PurposeUnknownError} {@link UnknownRendererError} nothing was written
   * @throws {RecurringBroadcastNameTakenError} the account has another one of that name
   * @throws {DatabaseError}
   */
  async create(input: RecurringBroadcastDto, { requestedBy }: ChangedBy = {}): Promise<RecurringBroadcast> {
    const dto = validateInput(RecurringBroadcastDto, input);
    const { name, cron, timeZone, startWithinMinutes, endAfterMinutes, appId, templateId, ...content } = dto;
    const now = this.clock.now();
    const recurrence = { cron, timeZone: timeZone ?? DEFAULT_ZONE };
    const wrong = recurrenceErrors(recurrence, now);
    if (wrong.length > 0) throw new InvalidInputError(wrong);
    const recurring: RecurringBroadcast = {
      id: this.random.id(now),
      ...{ appId, templateId, name, ...recurrence },
      status: 'active',
      input: given(content),
      startWithinMinutes: startWithinMinutes ?? DEFAULT_WITHIN,
      endAfterMinutes: endAfterMinutes ?? undefined,
      requestedBy: requestedBy && recordable(requestedBy, 64),
      createdAt: new Date(now),
      nextAt: nextOf(recurrence, now),
    };
    const tooLong = tooManyBytes(JSON.stringify(recurring.input), 'data');
    if (tooLong) throw new InvalidInputError([tooLong]);
    const first = occurrenceInput(recurring, recurring.nextAt as Date);
    refusePlaceholders(first);
    await this.drafts.of(first, 'scene');
    if ((await this.recurring.create(recurring)) === 'created') return recurring;
    const earlier = await this.recurring.findByName(appId, name);
    if (!earlier) throw new RecurringBroadcastNotFoundError(recurring.id);
    if (!isDeepStrictEqual(definitionOf(earlier), definitionOf(recurring)))
      throw new RecurringBroadcastNameTakenError(name, earlier.id);
    return earlier;
  }

  /** By name. @throws {InvalidInputError} {@link DatabaseError} */
  async list(query: RecurringQueryDto): Promise<RecurringBroadcast[]> {
    const { appId, after, limit } = validateInput(RecurringQueryDto, query);
    return this.recurring.list(appId, after ?? '', limit ?? 50);
  }

  /** @throws {RecurringBroadcastNotFoundError} {@link DatabaseError} */
  async get(id: string): Promise<RecurringBroadcast> {
    const recurring = await this.recurring.find(id);
    if (!recurring) throw new RecurringBroadcastNotFoundError(id);
    return recurring;
  }

  /**
   * What became of its times, the latest first; kept for `retention.messagesDays`, as broadcasts are.
   * @throws {InvalidInputError} {@link RecurringBroadcastNotFoundError} {@link DatabaseError}
   */
  async occurrences(id: string, query: OccurrenceQueryDto = {}): Promise<Occurrence[]> {
    const { before, limit } = validateInput(OccurrenceQueryDto, query);
    await this.get(id);
    return this.recurring.occurrences(id, limit ?? 50, before ? new Date(before) : undefined);
  }

  /** The next times at which it starts a broadcast; none while it is paused. */
  upcoming({ nextAt, ...recurrence }: RecurringBroadcast, count: number): Date[] {
    const times: Date[] = [];
    for (let at = nextAt; at && times.length < count; at = nextOf(recurrence, at.getTime())) times.push(at);
    return times;
  }

  /**
   * From now on it starts nothing; a broadcast of it that runs goes on.
   * @throws {RecurringBroadcastNotFoundError} {@link RecurringBroadcastStateError} {@link DatabaseError}
   */
  async pause(id: string): Promise<RecurringBroadcast> {
    if (await this.recurring.pause(id)) return this.get(id);
    throw new RecurringBroadcastStateError(id, (await this.get(id)).status, 'paused');
  }

  /**
   * It goes on with its next time; those that passed meanwhile are not made up for.
   * @throws {RecurringBroadcastNotFoundError} {@link RecurringBroadcastStateError} {@link DatabaseError}
   */
  async resume(id: string): Promise<RecurringBroadcast> {
    const recurring = await this.get(id);
    // A time that a process with a faster clock has decided already would come again.
    const [latest] = await this.recurring.occurrences(id, 1);
    const decided = (latest?.throughAt ?? latest?.dueAt)?.getTime() ?? 0;
    const next = nextOf(recurring, Math.max(this.clock.now(), decided));
    if (await this.recurring.resume(id, next)) return this.get(id);
    throw new RecurringBroadcastStateError(id, (await this.get(id)).status, 'resumed');
  }

  /**
   * Ends it for good; broadcasts that it has started stay, and go on.
   * @throws {RecurringBroadcastNotFoundError} {@link DatabaseError}
   */
  async remove(id: string): Promise<void> {
    if (!(await this.recurring.remove(id))) throw new RecurringBroadcastNotFoundError(id);
  }
}

const nextOf = (recurrence: Recurrence, after: number): Date | undefined => {
  const next = new CronTimes(recurrence).next(after);
  return next === undefined ? undefined : new Date(next);
};

/** What is filled for each recipient of a list has nobody to be filled for. @throws {InvalidInputError} */
function refusePlaceholders(filled: BroadcastDto): void {
  const [name] = namesIn(JSON.stringify(filled));
  if (name === undefined) return;
  const field = filled.data ? 'data' : 'content';
  throw new InvalidInputError([
    { field, message: `${field} may have only the placeholders {{date}} and {{time}}, got "{{${name}}}"` },
  ]);
}

/** As JSON keeps it, without what is not given. */
function given(content: RecurringContent): RecurringContent {
  return JSON.parse(JSON.stringify(content, (_name, value) => value ?? undefined)) as RecurringContent;
}

/** What makes two of one name the same. */
function definitionOf({
  templateId,
  input,
  cron,
  timeZone,
  startWithinMinutes,
  endAfterMinutes,
}: RecurringBroadcast) {
  return { templateId, input, cron, timeZone, startWithinMinutes, endAfterMinutes };
}
