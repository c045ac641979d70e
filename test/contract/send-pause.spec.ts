import { waitingUntil } from '../../libs/weixin-subscribe/src/delivery/deferred/waiting-message.sql.js';
import {
  type SendPause,
  SendPauseRepository,
} from '../../libs/weixin-subscribe/src/delivery/pauses/send-pause.repository.js';
import { LOWEST_ID } from '../../libs/weixin-subscribe/src/kernel/ids.js';
import { MOBILE, OFFICIAL } from '../support/accounts.js';
import { beforeInsert } from '../support/before-insert.js';
import { DIALECTS } from '../support/dialects.js';
import { explain } from '../support/explain.js';
import { nthId, numberedId } from '../support/ids.js';
import { countRows, emptyLedger } from '../support/ledger.js';
import { libraryParts } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { insertMany } from '../support/many-rows.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const SEND = '/cgi-bin/message/template/subscribe';
const HOUR = 3_600_000;

describeEachDatabase('SendPauseRepository', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let clock: ManualClock;
  let pauses: SendPauseRepository;

  beforeAll(async () => {
    opened = await openDatabase(kind);
    clock = new ManualClock();
    pauses = new SendPauseRepository(libraryParts(opened.dataSource, { clock }).sql, clock);
  });
  afterAll(() => opened?.close());
  beforeEach(() => emptyLedger(opened.dataSource));

  const pauseOf = (appId: string) => ({
    appId,
    path: SEND,
    pausedAt: new Date(clock.now()),
    pausedUntil: new Date(clock.now() + HOUR),
    errcode: 45009,
    reason: 'quota',
  });
  /** `n` messages that wait for the end of a pause. */
  const waiting = (n: number, prefix: string, more: Record<string, string> = {}) =>
    insertMany(opened.dataSource, kind, 'weixin_message', n, {
      id: numberedId(kind, prefix),
      app_id: `'${OFFICIAL.appId}'`,
      openid: "'o'",
      template_id: "'T'",
      scene: 'i',
      channel: "'one-time'",
      status: "'waiting'",
      content: "'{}'",
      content_digest: "'d'",
      accepted_at: '0',
      attempts: '1',
      resends: '0',
      not_before: '0',
      due_at: String(clock.now() + HOUR),
      ...more,
    });
  const dueNow = () => countRows(opened.dataSource, `weixin_message WHERE due_at = ${clock.now()}`);
  const all = async (pause: SendPause) => {
    let pages = 0;
    for (let after: string | undefined = LOWEST_ID; after !== undefined; pages++)
      after = await pauses.bringForward(pause, ['one-time'], after);
    return pages;
  };

  it('brings thousands of messages forward, page by page, and those alone that wait for this pause', async () => {
    const pause = pauseOf(OFFICIAL.appId);
    await pauses.begin(pause);
    await waiting(4100, 'a');
    await waiting(300, 'b', { app_id: `'${MOBILE.appId}'` });
    await waiting(300, 'c', { channel: "'service-notice'" });
    await waiting(300, 'd', { not_before: String(clock.now() + HOUR) });
    await waiting(300, 'e', { due_at: String(clock.now() + HOUR + 1) });
    expect(await pauses.end(pause)).toBe(true);
    expect(await all(pause)).toBe(Math.floor(5000 / DIALECTS[kind].sweepLimit) + 1);
    expect(await dueNow()).toBe(4100);
    expect(await countRows(opened.dataSource, `weixin_message WHERE due_at > ${clock.now()}`)).toBe(1200);
  });

  it('goes on after a process that died over it, by what the row of the pause says', async () => {
    const pause = pauseOf(OFFICIAL.appId);
    await pauses.begin(pause);
    await waiting(DIALECTS[kind].sweepLimit + 50, 'a');
    await pauses.end(pause);
    await pauses.bringForward(pause, ['one-time']);
    expect(await dueNow()).toBe(DIALECTS[kind].sweepLimit);
    const [left] = await pauses.list();
    expect(left).toEqual({ ...pause, endedAt: new Date(clock.now()) });
    await all(left);
    expect(await dueNow()).toBe(DIALECTS[kind].sweepLimit + 50);
    expect(await pauses.remove(left)).toBe(true);
    expect(await pauses.list()).toEqual([]);
  });

  it('ends once, and begins anew with the same end while messages are brought forward', async () => {
    const pause = pauseOf(OFFICIAL.appId);
    expect(await pauses.begin(pause)).toBe(true);
    expect(await pauses.begin(pause)).toBe(false);
    expect([await pauses.end(pause), await pauses.end(pause)]).toEqual([true, false]);
    expect(await pauses.begin(pause)).toBe(true);
    expect(await pauses.list()).toEqual([{ ...pause, endedAt: undefined }]);
    // Whoever was still at the end of the first one does not remove the second.
    expect(await pauses.remove(pause)).toBe(false);
    clock.advance(HOUR);
    expect(await pauses.remove(pause)).toBe(true);
  });

  it.each([
    ['shorter', -1, true],
    ['longer', 1, false],
  ])('stays the longest when a %s one is written down at the same moment', async (_, hours, isFirst) => {
    const pause = { ...pauseOf(OFFICIAL.appId), pausedUntil: new Date(clock.now() + 2 * HOUR) };
    const other = { ...pause, pausedUntil: new Date(pause.pausedUntil.getTime() + hours * HOUR) };
    const { sql } = libraryParts(opened.dataSource, { clock });
    const late = new SendPauseRepository(
      beforeInsert(sql, () => pauses.begin(other)),
      clock,
    );
    expect(await late.begin(pause)).toBe(isFirst);
    expect(await pauses.list()).toMatchObject([isFirst ? pause : other]);
  });

  it('reads a page by its index', async () => {
    await waiting(300, 'a');
    const values = [clock.now() + HOUR, `'${nthId('a', 1)}'`, 200].values();
    const page = waitingUntil(libraryParts(opened.dataSource).sql.dialect);
    const plan = await explain(
      opened.dataSource,
      page.replace(/\?/g, () => String(values.next().value)),
    );
    expect(plan.text).toContain('ix_weixin_message_due');
    expect(plan.text).not.toMatch(/Sort|filesort|TEMP B-TREE/);
  });
});
