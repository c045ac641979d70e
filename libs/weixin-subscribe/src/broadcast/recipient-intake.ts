import { Injectable } from '@nestjs/common';
import { Channels } from '../delivery/channels/channels.js';
import { Clock } from '../kernel/clock.js';
import { countCharacters, describe } from '../kernel/describe.js';
import { InvalidInputError } from '../kernel/errors.js';
import { nextTurn } from '../kernel/next-turn.js';
import { RandomSource } from '../kernel/random-source.js';
import { recordable, sayUnfit, unfitCharacter } from '../kernel/text.js';
import { tooManyBytes } from '../sql/column-sizes.js';
import { BroadcastIntakeBusyError, BroadcastStateError } from './broadcast.errors.js';
import { BroadcastRepository } from './broadcast.repository.js';
import type { BroadcastRecipient, BroadcastRecord } from './broadcast.types.js';
import { inOneLine } from './content-fields.js';
import { type Fields, fill, missingIn, placeholdersOf } from './placeholders.js';
import { INTAKE_ROWS, RecipientRepository } from './recipient.repository.js';
import type { NewRecipient } from './recipient.sql.js';

const LEASE_MS = 60_000;
const MAX_FIELDS = 50;
const MAX_VALUE = 1000;
/**
 * One INSERT, which the driver for MariaDB may write out at twice its length: MySQL 5.7 takes 4 MiB as a
 * packet, MariaDB 16.
 */
const CHUNK_BYTES = 1_000_000;

/**
 * A list of recipients, as long as it may be: openids, or openids with what fills the placeholders for them.
 */
export type RecipientList =
  | Iterable<string | BroadcastRecipient>
  | AsyncIterable<string | BroadcastRecipient>;

/** Takes the recipients of a draft in, row by row: each is checked with the content that it leads to. */
@Injectable()
export class RecipientIntake {
  constructor(
    private readonly broadcasts: BroadcastRepository,
    private readonly recipients: RecipientRepository,
    private readonly channels: Channels,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Adds recipients to a draft; `anew`: instead of those that it has.
   * @throws {InvalidInputError} a row is no recipient: the rows before it are taken in
   * @throws {BroadcastStateError} {@link BroadcastIntakeBusyError} {@link DatabaseError}
   */
  async add(broadcast: BroadcastRecord, rows: RecipientList, { anew = false } = {}): Promise<void> {
    const runner = this.random.id(this.clock.now());
    await this.lease(broadcast, runner);
    try {
      if (anew) await this.clear(broadcast, runner);
      let leasedAt = this.clock.now();
      for await (const { chunk, again } of checkedChunks(this.channels, broadcast, rows)) {
        if (this.clock.now() - leasedAt > LEASE_MS / 4) {
          await this.lease(broadcast, runner);
          leasedAt = this.clock.now();
        }
        if (!(await this.recipients.add(broadcast.id, runner, chunk.map(toRow), again)))
          await this.refuse(broadcast);
      }
    } finally {
      await this.broadcasts.release(broadcast.id, runner).catch(() => {});
    }
  }

  private async clear(broadcast: BroadcastRecord, runner: string): Promise<void> {
    for (;;) {
      const cleared = await this.recipients.clear(broadcast.id, runner);
      if (cleared === 'done') return;
      if (cleared === 'refused') await this.refuse(broadcast);
      await this.lease(broadcast, runner);
      await nextTurn();
    }
  }

  private async lease(broadcast: BroadcastRecord, runner: string): Promise<void> {
    if (!(await this.broadcasts.lease(broadcast.id, 'draft', runner, LEASE_MS))) await this.refuse(broadcast);
  }

  private async refuse({ id }: BroadcastRecord): Promise<never> {
    const status = (await this.broadcasts.find(id))?.status ?? 'cancelled';
    if (status === 'draft') throw new BroadcastIntakeBusyError(id);
    throw new BroadcastStateError(id, status, 'given recipients');
  }
}

/** A row of a list; what is wrong with it, or its fields as they are stored. */
export interface CheckedRow extends BroadcastRecipient {
  wrong?: string;
  stored?: string;
}

/**
 * Reads a list in chunks of at most {@link INTAKE_ROWS} and about a megabyte, in which each person is once;
 * `again`: rows of people who are in the same chunk.
 * @throws {InvalidInputError} a row is no recipient
 */
export async function* checkedChunks(
  channels: Channels,
  broadcast: BroadcastRecord,
  rows: RecipientList,
): AsyncGenerator<{ chunk: CheckedRow[]; again: number }, void, undefined> {
  const check = rowCheck(channels, broadcast);
  let chunk = new Map<string, CheckedRow>();
  let again = 0;
  let bytes = 0;
  let index = 0;
  for await (const row of rows) {
    const recipient = asRecipient(row, index++);
    if (chunk.has(recipient.openid)) again++;
    else {
      const checked = { ...recipient, ...check(recipient) };
      chunk.set(recipient.openid, checked);
      bytes += 3 * (checked.stored?.length ?? 0);
    }
    if (chunk.size + again < INTAKE_ROWS && bytes < CHUNK_BYTES) continue;
    yield { chunk: [...chunk.values()], again };
    chunk = new Map();
    again = 0;
    bytes = 0;
  }
  yield { chunk: [...chunk.values()], again };
}

function toRow({ openid, stored, wrong }: CheckedRow): NewRecipient {
  return wrong === undefined
    ? { openid, status: 'pending', fields: stored ?? null, reason: null }
    : { openid, status: 'invalid', fields: null, reason: recordable(wrong, 255) };
}

/**
 * Looks at the rows of a list that is in memory as a whole, so that one which is no recipient is refused
 * before anything is written. What comes as a stream is checked while it is taken in.
 * @throws {InvalidInputError} a row is no recipient
 */
export function assertRecipients(rows: RecipientList): void {
  if (Array.isArray(rows)) for (const [index, row] of rows.entries()) asRecipient(row, index);
}

function asRecipient(row: unknown, index: number): BroadcastRecipient {
  const { openid, fields } = (typeof row === 'string' ? { openid: row } : (row ?? {})) as BroadcastRecipient;
  const at = `recipients[${index}]`;
  if (typeof openid !== 'string' || !/^[\w-]{1,64}$/.test(openid))
    throw new InvalidInputError([
      {
        field: `${at}.openid`,
        message: `${at}.openid must be 1 to 64 letters, digits, "_" or "-", got ${describe(openid)}`,
      },
    ]);
  if (fields !== undefined && fields !== null && (typeof fields !== 'object' || Array.isArray(fields)))
    throw new InvalidInputError([
      { field: `${at}.fields`, message: `${at}.fields must be an object, got ${describe(fields)}` },
    ]);
  return { openid, fields: fields ?? undefined };
}

/** Checks a row with the content that it leads to. */
function rowCheck(
  channels: Channels,
  broadcast: BroadcastRecord,
): (row: BroadcastRecipient) => Pick<CheckedRow, 'wrong' | 'stored'> {
  const { content, renderer } = broadcast;
  const names = content ? placeholdersOf(content) : [];
  const untold = (fields: Fields): string | undefined => {
    if (renderer !== undefined || !content || names.length === 0) return undefined;
    const missing = missingIn(names, fields);
    if (missing.length > 0) return `there is no field ${missing.map((name) => `"${name}"`).join(', ')}`;
    const errors = channels.contentErrors(broadcast, fill(content, fields));
    return errors.length === 0 ? undefined : inOneLine(errors);
  };
  return ({ fields = {} }) => {
    const wrong = unfitFields(fields) ?? untold(fields);
    if (wrong !== undefined) return { wrong };
    const stored = Object.keys(fields).length > 0 ? JSON.stringify(fields) : undefined;
    const tooLarge = stored && tooManyBytes(stored, 'fields');
    return tooLarge ? { wrong: tooLarge.message } : { stored };
  };
}

function unfitFields(fields: Fields): string | undefined {
  const entries = Object.entries(fields);
  if (entries.length > MAX_FIELDS) return `there must be at most ${MAX_FIELDS} fields, got ${entries.length}`;
  for (const [name, value] of entries) {
    const unfitName = unfitCharacter(name);
    if (unfitName) return `the name of field ${describe(name)} must not hold ${sayUnfit(unfitName)}`;
    if (typeof value === 'number' && Number.isFinite(value)) continue;
    if (typeof value !== 'string' || countCharacters(value) > MAX_VALUE)
      return `field ${describe(name)} must be a number or text of at most ${MAX_VALUE} characters`;
    // Only one of a text that goes into a title is refused for a line break, in the content.
    const unfit = unfitCharacter(value, { lineBreaks: true });
    if (unfit) return `field ${describe(name)} must be text that people read, got ${sayUnfit(unfit)}`;
  }
  return undefined;
}
