import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { MessageRecord } from '../delivery/ledger/message.types.js';
import { Resends } from '../delivery/send/resends.js';
import { InvalidInputError } from '../kernel/errors.js';
import { plainInput } from '../kernel/input-shape.js';
import { validateInput } from '../kernel/validation.js';
import {
  BroadcastIntakeBusyError,
  BroadcastKeyReusedError,
  BroadcastNotFoundError,
  BroadcastStateError,
} from './broadcast.errors.js';
import { BroadcastRepository, type ChangedBy } from './broadcast.repository.js';
import type {
  Broadcast,
  BroadcastAudience,
  BroadcastEvent,
  BroadcastProgress,
  BroadcastRecord,
} from './broadcast.types.js';
import { BroadcastChanges } from './broadcast-changes.js';
import { BroadcastDrafts } from './broadcast-drafts.js';
import { BroadcastDto, BroadcastQueryDto } from './dto/broadcast.dto.js';
import { OutcomeExport } from './outcome-export.js';
import { type BroadcastPreview, PreviewService } from './preview.service.js';
import { BroadcastProgressService } from './progress.service.js';
import { assertRecipients, RecipientIntake, type RecipientList } from './recipient-intake.js';
import { BroadcastSupervisor } from './run/broadcast-supervisor.js';
import { BroadcastWorker } from './run/broadcast-worker.js';

/** Of one status, where all of them are told at once. */
const MOST_UNDER_WAY = 50;

/** A broadcast as it is asked for; its recipients as a list of any length, or a stream. */
export type BroadcastInput = BroadcastDto & { recipients?: RecipientList };

/**
 * Says one thing to everybody who asked: each person at most one message, for one grant. The work is
 * done in the background, by this process or another one on the same database, and goes on after a crash or a
 * deploy; needs `schedule.enabled`.
 */
@Injectable()
export class BroadcastService {
  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly changes: BroadcastChanges,
    private readonly intake: RecipientIntake,
    private readonly progresses: BroadcastProgressService,
    private readonly previews: PreviewService,
    private readonly exporter: OutcomeExport,
    private readonly supervisor: BroadcastSupervisor,
    private readonly worker: BroadcastWorker,
    private readonly drafts: BroadcastDrafts,
    resends: Resends,
  ) {
    resends.register((message) => this.objectionTo(message));
  }

  /**
   * Writes a broadcast down, takes its recipients in, and starts it, at once or at its `notBefore`. Resolves
   * when it is started, with the broadcast; {@link progress} and {@link watch} tell how it goes on. A row of
   * `recipients` whose fields do not fit is kept as `invalid`, and nothing is sent to that person. A row that
   * is no recipient at all is refused before anything is written where the list is an array, else it cancels
   * the broadcast.
   *
   * Everybody gets it who has an unused grant when they are claimed, also who confirmed after the start;
   * nobody gets it twice.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link UnknownTemplateError}
   * {@link PurposeUnknownError} {@link UnknownRendererError} nothing was written
   * @throws {BroadcastKeyReusedError} {@link BroadcastIntakeBusyError} the idempotency key is taken
   * @throws {DatabaseError} call again with the same idempotency key
   */
  async start(input: BroadcastInput, by: ChangedBy = {}): Promise<Broadcast> {
    const { recipients, ...rest } = withRecipients(input);
    if (recipients) assertRecipients(recipients);
    const broadcast = await this.create(rest as BroadcastDto, recipients ? 'recipients' : 'scene', by);
    if (broadcast.status !== 'draft') return shown(broadcast);
    try {
      // Of a call with the same key that did not come to its end, some may be there.
      if (recipients) await this.intake.add(broadcast, recipients, { anew: true });
    } catch (error) {
      if (error instanceof InvalidInputError)
        await this.changes.cancel(broadcast, { ...by, reason: error.message });
      throw error;
    }
    try {
      return await this.launch(broadcast.id, by);
    } catch (error) {
      // Two calls with one key at once: the other one has started it.
      if (error instanceof BroadcastStateError && broadcast.idempotencyKey !== undefined)
        return this.get(broadcast.id);
      throw error;
    }
  }

  /**
   * Writes down a broadcast to recipients, who follow by {@link addRecipients}; {@link launch} starts it. A
   * draft that is never started is deleted with the messages of its day (`retention.messagesDays`).
   * @throws as {@link start}
   */
  async draft(input: BroadcastDto, by: ChangedBy = {}): Promise<Broadcast> {
    return shown(await this.create(input, 'recipients', by));
  }

  /**
   * Adds recipients to a draft, as many and as often as it takes. Who is there already is counted as a
   * duplicate and keeps the first fields.
   * @throws {InvalidInputError} a row is no recipient: of an array nothing is taken in, else those before it
   * are
   * @throws {BroadcastNotFoundError} {@link BroadcastStateError} {@link BroadcastIntakeBusyError}
   * {@link DatabaseError}
   */
  async addRecipients(id: string, recipients: RecipientList): Promise<Broadcast> {
    const broadcast = await this.record(id);
    if (broadcast.audience !== 'recipients')
      throw new InvalidInputError([
        { field: 'id', message: `broadcast "${id}" is for a scene: it has no recipients` },
      ]);
    assertRecipients(recipients);
    await this.intake.add(broadcast, recipients);
    return this.get(id);
  }

  /** Starts a draft. @throws {BroadcastNotFoundError} {@link BroadcastStateError} {@link DatabaseError} */
  async launch(id: string, by: ChangedBy = {}): Promise<Broadcast> {
    const broadcast = await this.record(id);
    if (!(await this.changes.start(broadcast, await this.drafts.total(broadcast), by))) {
      const { status } = await this.record(id);
      if (status === 'draft') throw new BroadcastIntakeBusyError(id);
      throw new BroadcastStateError(id, status, 'started');
    }
    this.supervisor.wake();
    return this.get(id);
  }

  /**
   * What would happen, without doing any of it: how many people it is for, the contents for some of them, and
   * how long it would take.
   * @throws as {@link start}
   */
  async preview(input: BroadcastInput): Promise<BroadcastPreview> {
    const { recipients, ...rest } = withRecipients(input);
    const draft = await this.drafts.of(rest as BroadcastDto, recipients ? 'recipients' : 'scene');
    return this.previews.of(draft, recipients);
  }

  /** @throws {BroadcastNotFoundError} {@link DatabaseError} */
  async get(id: string): Promise<Broadcast> {
    return shown(await this.record(id));
  }

  /** Newest first. @throws {InvalidInputError} {@link DatabaseError} */
  async list(query: BroadcastQueryDto): Promise<Broadcast[]> {
    const { appId, status, before, limit } = validateInput(BroadcastQueryDto, query);
    const found = await this.broadcasts.list({
      appId,
      status: status ?? undefined,
      before: before ?? undefined,
      limit: limit ?? 20,
    });
    return found.map(shown);
  }

  /** Those that run, are paused or scheduled: 50 of each at most, newest first. @throws {DatabaseError} */
  async underWay(): Promise<Broadcast[]> {
    const found: BroadcastRecord[] = [];
    for (const status of ['running', 'paused', 'scheduled'] as const)
      found.push(...(await this.broadcasts.list({ status, limit: MOST_UNDER_WAY })));
    return found.map(shown);
  }

  /** Where it stands. @throws {BroadcastNotFoundError} {@link DatabaseError} */
  progress(id: string): Promise<BroadcastProgress> {
    return this.progresses.of(id);
  }

  /**
   * Where it stands, and every change of that, until it is over, or the application closes. All watchers of a
   * broadcast in this process share one query at a time; the next one is due `everyMs`, 200–60,000, after the
   * last one has ended. While the database is away it waits for it. Errors with
   * {@link BroadcastNotFoundError}, and with a {@link DatabaseError} that is not temporary.
   */
  watch(id: string, everyMs = 1000): Observable<BroadcastProgress> {
    return this.progresses.watch(id, Math.min(Math.max(200, everyMs), 60_000));
  }

  /**
   * Stops it until {@link resume}: the messages in flight get their answer, at most 100 more of a batch in
   * another process; what is claimed and not posted is handed back.
   * @throws {BroadcastNotFoundError} {@link BroadcastStateError} it is not running {@link DatabaseError}
   */
  async pause(id: string, by: ChangedBy = {}): Promise<Broadcast> {
    return this.change(id, 'paused', (broadcast) =>
      this.changes.pause(broadcast, { ...by, cause: 'person' }),
    );
  }

  /**
   * Goes on after a pause, whatever its cause.
   * @throws {BroadcastNotFoundError} {@link BroadcastStateError} {@link DatabaseError}
   */
  async resume(id: string, by: ChangedBy = {}): Promise<Broadcast> {
    return this.change(id, 'resumed', (broadcast) => this.changes.resume(broadcast, by));
  }

  /**
   * Ends it for good. As {@link pause}, and the grants of everybody who was not written to may be used
   * for something else.
   * @throws {BroadcastNotFoundError} {@link BroadcastStateError} it is over already {@link DatabaseError}
   */
  async cancel(id: string, by: ChangedBy = {}): Promise<Broadcast> {
    return this.change(id, 'cancelled', (broadcast) => this.changes.cancel(broadcast, by));
  }

  /** Who did what with it, oldest first. @throws {BroadcastNotFoundError} {@link DatabaseError} */
  async events(id: string): Promise<BroadcastEvent[]> {
    await this.record(id);
    return this.broadcasts.events(id);
  }

  /**
   * What became of every person, as CSV (RFC 4180, UTF-8): openid, outcome, errcode, errmsg, reason, message
   * id, moments in ISO 8601. Chunks of whole lines, read as they are asked for:
   * `Readable.from(broadcasts.export(id))`. People of a list who got no message come last, with `no-grant`,
   * `invalid` or `pending` as their outcome.
   * @throws {BroadcastNotFoundError} {@link DatabaseError} at the first chunk
   */
  export(id: string, options: { bom?: boolean } = {}): AsyncGenerator<string, void, undefined> {
    return this.exporter.csv(id, options);
  }

  private async create(
    input: BroadcastDto,
    audience: BroadcastAudience,
    by: ChangedBy,
  ): Promise<BroadcastRecord> {
    const draft = await this.drafts.of(input, audience, by);
    if ((await this.broadcasts.create(draft)) === 'created') return draft;
    const key = String(draft.idempotencyKey);
    const earlier = await this.broadcasts.findByIdempotencyKey(draft.appId, key);
    if (!earlier) throw new BroadcastNotFoundError(draft.id);
    if (earlier.digest !== draft.digest) throw new BroadcastKeyReusedError(key, earlier.id);
    return earlier;
  }

  private async change(
    id: string,
    asked: string,
    make: (broadcast: BroadcastRecord) => Promise<boolean>,
  ): Promise<Broadcast> {
    const broadcast = await this.record(id);
    if (!(await make(broadcast))) throw new BroadcastStateError(id, (await this.record(id)).status, asked);
    this.worker.interrupt(id);
    this.supervisor.wake();
    return this.get(id);
  }

  private async record(id: string): Promise<BroadcastRecord> {
    const broadcast = await this.broadcasts.find(id);
    if (!broadcast) throw new BroadcastNotFoundError(id);
    return broadcast;
  }

  /** While it is not over, a broadcast may still come to a person whose message failed. */
  private async objectionTo({ broadcastId }: MessageRecord): Promise<string | undefined> {
    const broadcast = broadcastId === undefined ? undefined : await this.broadcasts.find(broadcastId);
    return broadcast && !broadcast.endedAt ? `its broadcast ${broadcast.id} has not ended` : undefined;
  }
}

/** A list of recipients may be read once only, so it is taken out before the rest is copied as data. */
function withRecipients(input: BroadcastInput): BroadcastInput {
  try {
    const { recipients, ...rest } = input;
    return { ...plainInput(rest), recipients } as BroadcastInput;
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError([{ field: '', message: 'the input cannot be read' }]);
  }
}

/** Without what only the workers need. */
function shown({ digest, resumedAt, endedBefore, ...broadcast }: BroadcastRecord): Broadcast {
  return broadcast;
}
