import type { BackgroundTask, BackgroundTasks } from 'nestjs-weixin-subscribe';
import { Telemetry } from '../../libs/weixin-subscribe/src/kernel/telemetry.js';
import { LeaseRepository } from '../../libs/weixin-subscribe/src/upkeep/lease.repository.js';
import { Sweeps } from '../../libs/weixin-subscribe/src/upkeep/sweeps.js';
import type { LibraryParts } from './library-parts.js';

const AT_ONCE = 1000;

/** Closes the questions whose time has run out. */
export async function expireIntents({ intents }: Pick<LibraryParts, 'intents'>): Promise<number> {
  return intents.closeOverdue(await intents.overdue(AT_ONCE));
}

/** Deletes the questions that ended before `moment`. */
export async function purgeIntents(
  { intents }: Pick<LibraryParts, 'intents'>,
  moment: Date,
): Promise<number> {
  return intents.deleteEnded(await intents.endedBefore(moment, AT_ONCE), moment);
}

/** Deletes the messages that ended before `moment`. */
export async function purgeMessages(
  { messages }: Pick<LibraryParts, 'messages'>,
  moment: Date,
): Promise<number> {
  return messages.deleteEnded(await messages.endedBefore(moment, AT_ONCE), moment);
}

/** The sweeps of one process, and what runs them. */
export function sweepsOf({ sql, clock, random }: Pick<LibraryParts, 'sql' | 'clock' | 'random'>) {
  const registered = new Map<string, BackgroundTask>();
  const tasks = { register: (task: BackgroundTask) => registered.set(task.name, task) };
  const leases = new LeaseRepository(sql, clock, random);
  const sweeps = new Sweeps(tasks as unknown as BackgroundTasks, leases, sql, clock, new Telemetry());
  const run = async (name: string): Promise<void> => {
    const task = registered.get(name);
    if (!task) throw new Error(`no task "${name}" among ${[...registered.keys()]}`);
    await task.run();
  };
  return { sweeps, leases, run, tasks: registered };
}
