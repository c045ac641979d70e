import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { ServiceAction, ServiceActions } from '../http/service-actions.js';
import { ServiceClient } from '../http/service-client.js';
import { SystemClock } from '../kernel/clock.js';
import { CryptoRandomSource } from '../kernel/random-source.js';
import type { Sweeps } from '../upkeep/sweeps.js';
import { RetentionConfig } from '../upkeep/upkeep.options.js';
import type { AuditRepository } from './audit.repository.js';
import type { AuditEntry } from './audit.types.js';
import { AuditLog } from './audit-log.js';

const client = new ServiceClient('ops', new Set());
const action = (id: string): ServiceAction => ({
  ...{ action: 'messages.resolve', status: 200, params: { id }, query: {} },
  body: { appId: 'wx1', secret: 'never-written', openid: 'oPerson' },
  caller: { client, source: 'rest' },
});

function logOver(add: (entries: readonly AuditEntry[]) => Promise<void>) {
  let tell: (action: ServiceAction) => Promise<void> = async () => undefined;
  const actions = { observe: (listener: typeof tell) => (tell = listener) };
  const sweeps = { retain: () => undefined };
  const log = new AuditLog(
    actions as unknown as ServiceActions,
    sweeps as unknown as Sweeps,
    new RetentionConfig(),
    { add } as unknown as AuditRepository,
    new SystemClock(),
    new CryptoRandomSource(),
  );
  return { log, tell: (id: string) => tell(action(id)) };
}

it('writes what comes at once in few statements, in its order, and waits for them when it closes', async () => {
  const batches: string[][] = [];
  const { log, tell } = logOver(async (entries) => {
    batches.push(entries.map(({ subject }) => String(subject)));
    expect(JSON.stringify(entries)).not.toMatch(/never-written|oPerson/);
  });
  for (let n = 0; n < 120; n++) tell(String(n));
  expect(batches).toEqual([]);
  await log.onModuleDestroy();
  expect(batches.map(({ length }) => length)).toEqual([50, 50, 20]);
  expect(batches.flat()).toEqual(Array.from({ length: 120 }, (_, n) => String(n)));
  tell('later');
  await log.written();
  expect(batches.at(-1)).toEqual(['later']);
});

it('lets a response wait until its entry is written, and no longer than for its own', async () => {
  let write: () => void = () => undefined;
  const { log, tell } = logOver(() => new Promise((resolve) => (write = resolve)));
  let isAnswered = false;
  const answered = tell('first').then(() => {
    isAnswered = true;
  });
  await new Promise(setImmediate);
  expect(isAnswered).toBe(false);
  const next = tell('second');
  write();
  await answered;
  await new Promise(setImmediate);
  write();
  await Promise.all([next, log.written()]);
});

it('puts into the log of the host what it cannot write, and goes on', async () => {
  const lines = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const written: unknown[] = [];
  let isAway = true;
  const { log, tell } = logOver(async (entries) => {
    if (isAway) throw new Error('the database is away');
    written.push(...entries.map(({ subject }) => subject));
  });
  tell('lost');
  await log.written();
  isAway = false;
  tell('kept');
  await log.written();
  expect(written).toEqual(['kept']);
  expect(lines).toHaveBeenCalledTimes(1);
  expect(lines.mock.calls[0][0]).toMatch(
    /not written to the audit log.*the database is away.*"subject":"lost"/,
  );
  lines.mockRestore();
});

it('puts into the log of the host what a response no longer waits for, since the process may die now', async () => {
  jest.useFakeTimers();
  const lines = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  let write: () => void = () => undefined;
  try {
    const { log, tell } = logOver(() => new Promise((resolve) => (write = resolve)));
    const answered = tell('slow');
    await jest.advanceTimersByTimeAsync(1999);
    expect(lines).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    await answered;
    expect(lines.mock.calls).toEqual([
      [expect.stringMatching(/^not yet written to the audit log.*"subject":"slow"/)],
    ]);
    write();
    await log.written();
    expect(lines).toHaveBeenCalledTimes(1);
  } finally {
    lines.mockRestore();
    jest.useRealTimers();
  }
});
