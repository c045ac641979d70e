import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type ServiceAction, ServiceActions } from '../http/service-actions.js';
import { Clock } from '../kernel/clock.js';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { RandomSource } from '../kernel/random-source.js';
import { digest } from '../kernel/secret.js';
import { settledWithin } from '../kernel/settled-within.js';
import { recordable } from '../kernel/text.js';
import { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import { AuditRepository } from './audit.repository.js';
import type { AuditEntry } from './audit.types.js';

/** Entries of one INSERT. */
const BATCH = 50;
/** Entries that may wait while the database is away. */
const MOST_WAITING = 10_000;

/** A response waits no longer for its entry: then the database is nearly away. */
const PATIENCE_MS = 2000;

interface Waiting {
  entry: AuditEntry;
  /** It is written, or given up. */
  done(): void;
}

/**
 * Writes down who changed what through the REST routes: after it happened and before the response leaves, so
 * that a process that dies takes no entry with it whose caller has an answer. Killed between the two, it
 * leaves a change without an entry, whose caller has no answer. A response never fails with it, and waits two
 * seconds at most. What comes while an INSERT is under way goes into the next one together. An entry that
 * cannot be written goes to the log of the host instead, and so does one before a response that waited no
 * longer.
 */
@Injectable()
export class AuditLog implements OnModuleDestroy {
  private readonly logger = new LibraryLogger(AuditLog.name);
  private readonly waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  constructor(
    actions: ServiceActions,
    sweeps: Sweeps,
    config: RetentionConfig,
    private readonly entries: AuditRepository,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {
    actions.observe((action) => this.record(action));
    sweeps.retain({
      name: 'audit-retention',
      days: config.actionsDays,
      find: (before, limit) => entries.before(before, limit),
      remove: (ids) => entries.remove(ids),
    });
  }

  /** When all that was recorded until now is written. */
  async written(): Promise<void> {
    await this.writing;
  }

  onModuleDestroy(): Promise<void> {
    return this.written();
  }

  private async record(action: ServiceAction): Promise<void> {
    const now = this.clock.now();
    const entry = { id: this.random.id(now), at: new Date(now), ...factsOf(action) };
    if (this.waiting.length >= MOST_WAITING) return this.giveUp([entry], 'too many entries wait');
    const written = new Promise<void>((done) => this.waiting.push({ entry, done }));
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
    // The response leaves now, and a process that dies before the INSERT would take the entry with it.
    if (!(await settledWithin(PATIENCE_MS, written)))
      this.tell(entry, 'not yet written', `the database took more than ${PATIENCE_MS} ms`);
  }

  private async write(): Promise<void> {
    // What is recorded in this turn goes together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      const entries = batch.map(({ entry }) => entry);
      await this.entries.add(entries).catch((error) => this.giveUp(entries, foreignCause(error).message));
      for (const { done } of batch) done();
    }
  }

  private giveUp(batch: readonly AuditEntry[], reason: string): void {
    for (const entry of batch) this.tell(entry, 'not written', reason);
  }

  private tell(entry: AuditEntry, what: string, reason: string): void {
    this.logger.error(`${what} to the audit log (${reason}): ${JSON.stringify(entry)}`);
  }
}

function factsOf(action: ServiceAction): Omit<AuditEntry, 'id' | 'at'> {
  const { params, query, body, result = {}, caller, requestId } = action;
  const among = (name: string) =>
    [params, query, body, result].map((part) => part[name]).find((value) => typeof value === 'string');
  // What the caller wrote stands for it only where its handler did not come so far.
  const appId = caller.appId ?? (among('appId') as string | undefined);
  const openid = among('openid') as string | undefined;
  const subject = params.id ?? params.templateId ?? result.id ?? result.templateId;
  return {
    client: caller.client.name,
    operator: text(caller.operator, 64),
    source: caller.source,
    action: action.action,
    appId: text(appId, 32),
    subject:
      text(subject, 64) ?? (openid === undefined ? undefined : `sha256:${digest(`${appId}:${openid}`)}`),
    status: action.status,
    requestId: text(requestId, 64),
  };
}

const text = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' ? recordable(value, most) : undefined;
