import {
  type DriftReport,
  type DriftService,
  InvalidInputError,
  UnknownAccountError,
} from 'nestjs-weixin-subscribe';
import type { MessageRecord } from '../../libs/weixin-subscribe/src/delivery/ledger/message.types.js';
import { resolutionReason } from '../../libs/weixin-subscribe/src/delivery/ledger/resolution.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import { MINI_PROGRAM, MOBILE, OFFICIAL } from '../support/accounts.js';
import { emptyLedger } from '../support/ledger.js';
import { type LibraryParts, libraryParts, purgeGrants } from '../support/library-parts.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const KEY: { appId: string; templateId: string; scene: number } = {
  appId: OFFICIAL.appId,
  templateId: OFFICIAL.templates[0],
  scene: 1000,
};
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };
const REFUSED: Settlement = { outcome: 'refused', grant: 'void', errcode: 43101 };
const UNSUBSCRIBED: Settlement = { outcome: 'refused', grant: 'void', errcode: 43004 };
const BUSY: Settlement = { outcome: 'failed', grant: 'available', errcode: 45011 };
const FOREIGN: Settlement = { outcome: 'failed', grant: 'void', errcode: 40003 };
const UNCLEAR: Settlement = { outcome: 'unknown', grant: 'unknown', reason: 'no answer' };

describeEachDatabase('DriftService', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let clock: ManualClock;
  /** Under the rule that confirms of one scene are one, and under the rule that each counts. */
  let parts: LibraryParts;
  let counting: LibraryParts;
  let sources = 0;

  beforeAll(async () => {
    opened = await openDatabase(kind);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    await emptyLedger(opened.dataSource);
    clock = new ManualClock();
    parts = libraryParts(opened.dataSource, { clock });
    counting = libraryParts(opened.dataSource, { clock, grantRule: 'count' });
  });

  const grant = async (openid: string, by = parts, more: Partial<typeof KEY> = {}) => {
    clock.advance(1);
    await by.grants.record({ ...KEY, ...more, openid, source: `test:${++sources}` });
  };
  const accept = async (openid: string, more: Partial<typeof KEY> = {}): Promise<MessageRecord> => {
    clock.advance(1);
    const content = { title: 't', content: { value: 'v' } };
    const record = await parts.messages.accept({ ...KEY, ...more, openid, channel: 'one-time', content });
    if (typeof record === 'string') throw new Error(record);
    return record;
  };
  const settle = async (record: MessageRecord, settlement: Settlement) => {
    clock.advance(1);
    expect(await parts.messages.settle(record, settlement)).toBe(true);
    return record;
  };
  /** A permission and a message for it. */
  const send = async (settlement: Settlement, openid = `o${++sources}`, more: Partial<typeof KEY> = {}) => {
    await grant(openid, parts, more);
    return settle(await accept(openid, more), settlement);
  };
  const resolve = async (record: MessageRecord, word: 'sent' | 'not-sent') => {
    clock.advance(1);
    await parts.messages.resolve(record, {
      outcome: word === 'sent' ? 'sent' : 'failed',
      grant: word === 'sent' ? 'spent' : 'available',
      reason: resolutionReason(word),
    });
  };
  const report = (
    more: Partial<Parameters<DriftService['report']>[0]> = {},
    by = parts,
  ): Promise<DriftReport> =>
    by.drift.report({
      appId: KEY.appId,
      since: new Date(clock.now() - HOUR),
      thresholds: { minMessages: 1 },
      ...more,
    });
  const only = async (by = parts) => {
    const { templates, findings } = await report({}, by);
    expect(templates).toHaveLength(1);
    return { ...templates[0], found: findings.map(({ kind: found }) => found) };
  };
  const none = { count: 0, unproven: 0, rate: 0 };

  it('finds no confirms that count as one where accepts add up at WeChat', async () => {
    const { appId, templates } = MINI_PROGRAM;
    const key = { appId, templateId: templates[0], openid: 'o1' };
    const content = { data: { thing1: { value: 'v' } } };
    const accepted = async () => {
      clock.advance(1);
      const record = await parts.messages.accept({ ...key, scene: 0, channel: 'mini-subscribe', content });
      return record as MessageRecord;
    };
    for (const source of ['push:1', 'push:2']) await parts.grants.record({ ...key, source });
    await settle(await accepted(), SENT);
    await settle(await accepted(), REFUSED);
    const { templates: drifts, findings } = await report({ appId });
    expect(drifts).toMatchObject([{ drift: { 'one-per-scene': none, refused: { count: 1 } } }]);
    expect(findings.map(({ kind: found }) => found)).not.toContain('one-per-scene');
  });

  it('finds nothing where the ledger and WeChat agree', async () => {
    for (let n = 0; n < 3; n++) await send(SENT);
    await send(BUSY);
    await send(UNCLEAR);
    await grant('o1');
    await accept('o1');
    expect(await report()).toEqual({
      appId: KEY.appId,
      grantRule: 'set',
      since: new Date(clock.now() - HOUR),
      until: new Date(clock.now()),
      templates: [
        {
          templateId: KEY.templateId,
          settled: 5,
          answered: 3,
          unproven: none,
          drift: {
            refused: none,
            'one-per-scene': none,
            'not-sent-was-sent': none,
            'openid-unusable': none,
            'unknown-was-sent': none,
          },
          refusedWith: [],
        },
      ],
      findings: [],
    });
    expect(await report({ appId: MOBILE.appId })).toMatchObject({ templates: [], findings: [] });
  });

  it('counts refusals of permissions that the ledger held, with what WeChat said, and when first and last', async () => {
    for (let n = 0; n < 5; n++) await send(SENT);
    const firstAt = new Date((await send(UNSUBSCRIBED)).acceptedAt.getTime() + 1);
    await send(REFUSED);
    const lastAt = new Date((await send(REFUSED)).acceptedAt.getTime() + 1);
    const { templates, findings } = await report();
    expect(templates[0]).toMatchObject({
      answered: 8,
      drift: { refused: { count: 3, rate: 3 / 8, firstAt, lastAt } },
      refusedWith: [
        {
          errcode: 43101,
          count: 2,
          meaning: { en: expect.stringContaining('no grant'), zh: expect.any(String) },
        },
        { errcode: 43004, count: 1 },
      ],
    });
    expect(findings).toEqual([
      {
        kind: 'refused',
        templateId: KEY.templateId,
        count: 3,
        unproven: 0,
        rate: 3 / 8,
        says: {
          en: expect.stringMatching(
            /^3 of 8 messages \(37\.5 %\) were refused by WeChat although the ledger held/,
          ),
          zh: expect.stringMatching(/^8 条消息中有 3 条（37\.5 %）被微信拒绝/),
        },
        remedy: { en: expect.stringMatching(/^Check that nothing else sends/), zh: expect.any(String) },
      },
    ]);
  });

  it('sees that several confirms under one scene are one at WeChat, and says to set the rule', async () => {
    await grant('o1', counting);
    await grant('o1', counting);
    await settle(await accept('o1'), SENT);
    await settle(await accept('o1'), REFUSED);
    const { drift, found } = await only(counting);
    expect(drift['one-per-scene']).toMatchObject({ count: 1, rate: 0.5 });
    expect(drift.refused).toEqual(none);
    expect(found).toEqual(['one-per-scene']);
    const [{ remedy }] = (await report({}, counting)).findings;
    expect(remedy.en).toContain('Set grantRule "set" (one per scene)');
    expect(remedy.zh).toContain('grantRule 设为 "set"');
  });

  it('says not to ask again meanwhile where a confirm came in while a message was under way', async () => {
    await grant('o1');
    const first = await accept('o1');
    await grant('o1');
    await settle(first, SENT);
    await settle(await accept('o1'), REFUSED);
    expect((await only()).found).toEqual(['one-per-scene']);
    expect((await report()).findings[0].remedy.en).toMatch(/^Do not ask again under a scene/);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'a message that was sent before the permission was given',
      async () => {
        await send(SENT, 'o1');
        await send(REFUSED, 'o1');
      },
    ],
    [
      'a message under another scene',
      async () => {
        await grant('o1');
        await send(SENT, 'o1', { scene: 7 });
        await settle(await accept('o1'), REFUSED);
      },
    ],
    [
      'another person’s message',
      async () => {
        await grant('o1');
        await send(SENT, 'o2');
        await settle(await accept('o1'), REFUSED);
      },
    ],
    [
      'a message that was sent after the refusal',
      async () => {
        await grant('o1', counting);
        await grant('o1', counting);
        await settle(await accept('o1'), REFUSED);
        await settle(await accept('o1'), SENT);
      },
    ],
  ])('does not blame the scene for %s', async (_, happen) => {
    await happen();
    expect(await only()).toMatchObject({ drift: { 'one-per-scene': none, refused: { count: 1 } } });
  });

  it('sees that a message resolved as not sent had arrived', async () => {
    await grant('o1');
    const unclear = await settle(await accept('o1'), UNCLEAR);
    await resolve(unclear, 'not-sent');
    await settle(await accept('o1'), REFUSED);
    const { drift, found } = await only();
    expect(drift['not-sent-was-sent']).toMatchObject({ count: 1, rate: 1 });
    expect(drift.refused).toEqual(none);
    expect(found).toEqual(['not-sent-was-sent']);
  });

  it('does not blame a person for a refusal under another permission', async () => {
    await grant('o1');
    await resolve(await settle(await accept('o1'), UNCLEAR), 'not-sent');
    await settle(await accept('o1'), SENT);
    await send(REFUSED, 'o1');
    expect(await only()).toMatchObject({ drift: { 'not-sent-was-sent': none, refused: { count: 1 } } });
  });

  it('sees messages that were sent although no answer said so', async () => {
    for (let n = 0; n < 3; n++) await send(SENT);
    await resolve(await send(UNCLEAR), 'sent');
    const { drift, answered, found } = await only();
    expect(drift['unknown-was-sent']).toMatchObject({ count: 1, rate: 0.25 });
    expect(answered).toBe(3);
    expect(found).toEqual(['unknown-was-sent']);
  });

  it('sees openids that WeChat does not know', async () => {
    await send(FOREIGN);
    const { drift, found } = await only();
    expect(drift['openid-unusable']).toMatchObject({ count: 1, rate: 1 });
    expect(found).toEqual(['openid-unusable']);
  });

  it('tells apart what rests on openids that are not proven', async () => {
    const unproven = async (settlement: Settlement) => {
      const openid = `forged-${++sources}`;
      await parts.grants.record({ ...KEY, openid, proof: 'unproven', source: `test:${sources}` });
      await settle(await accept(openid), settlement);
    };
    for (const settlement of [FOREIGN, FOREIGN, REFUSED, SENT]) await unproven(settlement);
    for (const settlement of [FOREIGN, REFUSED, SENT, SENT]) await send(settlement);
    const { unproven: all, drift } = await only();
    expect(all).toMatchObject({ count: 4, unproven: 4, rate: 0.5 });
    expect(drift['openid-unusable']).toMatchObject({ count: 3, unproven: 2 });
    expect(drift.refused).toMatchObject({ count: 2, unproven: 1 });
    const { findings } = await report();
    expect(findings[0].says.en).toMatch(/ 1 of them rest on openids that are not proven\.$/);
  });

  it('keeps accounts and templates apart', async () => {
    const key = { appId: MOBILE.appId, templateId: MOBILE.templates[0] };
    await send(REFUSED, 'o1', key);
    await send(SENT, 'o1');
    expect(await only()).toMatchObject({ templateId: KEY.templateId, drift: { refused: none } });
    expect((await report({ appId: MOBILE.appId })).templates).toMatchObject([
      { templateId: key.templateId, drift: { refused: { count: 1, rate: 1 } } },
    ]);
  });

  it('counts on when grants are purged and people forgotten, only without knowing why', async () => {
    await grant('o1', counting);
    await grant('o1', counting);
    await settle(await accept('o1'), SENT);
    await settle(await accept('o1'), REFUSED);
    await parts.personalData.forget(KEY.appId, 'o1');
    await send(REFUSED, 'o2');
    await purgeGrants(parts, new Date(clock.now() + 1));
    expect(await only()).toMatchObject({
      settled: 3,
      drift: { 'one-per-scene': none, refused: { count: 2 } },
    });
  });

  it('judges a template only from as many messages on as the threshold says', async () => {
    for (let n = 0; n < 18; n++) await send(SENT);
    await send(REFUSED);
    const thresholds = { minMessages: 20, refusedRate: 0.05 };
    expect((await report({ thresholds })).findings).toEqual([]);
    expect((await report({ thresholds: undefined })).findings).toEqual([]);
    await send(SENT);
    expect((await report({ thresholds })).findings).toHaveLength(1);
    expect((await report({ thresholds: undefined })).findings).toHaveLength(1);
    expect((await report({ thresholds: { ...thresholds, refusedRate: 0.051 } })).findings).toEqual([]);
  });

  it('counts what was accepted since then, to the millisecond', async () => {
    const { acceptedAt } = await send(REFUSED);
    expect((await report({ since: acceptedAt })).templates).toHaveLength(1);
    expect((await report({ since: new Date(acceptedAt.getTime() + 1) })).templates).toEqual([]);
  });

  it('adds up what was met on several days', async () => {
    const firstAt = new Date((await send(REFUSED)).acceptedAt.getTime() + 1);
    clock.advance(2 * DAY);
    await send(SENT);
    await send(UNSUBSCRIBED);
    clock.advance(3 * DAY + HOUR);
    const lastAt = new Date((await send(REFUSED)).acceptedAt.getTime() + 1);
    const { templates, findings } = await report({ since: new Date(clock.now() - 6 * DAY) });
    expect(templates).toMatchObject([
      {
        settled: 4,
        answered: 4,
        drift: { refused: { count: 3, rate: 0.75, firstAt, lastAt } },
        refusedWith: [
          { errcode: 43101, count: 2 },
          { errcode: 43004, count: 1 },
        ],
      },
    ]);
    expect(findings).toHaveLength(1);
  });

  it.each<[string, () => object, new (...given: never[]) => Error]>([
    ['a moment in the future', () => ({ since: new Date(clock.now() + 1) }), InvalidInputError],
    ['more than 366 days', () => ({ since: new Date(clock.now() - 366 * DAY - 1) }), InvalidInputError],
    ['no moment', () => ({ since: new Date('soon') }), InvalidInputError],
    ['text for a moment', () => ({ since: '2026-11-20' }), InvalidInputError],
    ['a rate above 1', () => ({ thresholds: { refusedRate: 5 } }), InvalidInputError],
    ['a threshold that nobody knows', () => ({ thresholds: { refused: 1 } }), InvalidInputError],
    ['no messages to judge by', () => ({ thresholds: { minMessages: 0 } }), InvalidInputError],
    ['an unknown account', () => ({ appId: 'wx0000' }), UnknownAccountError],
  ])('refuses %s', async (_, wrong, error) => {
    await expect(report(wrong())).rejects.toThrow(error);
  });
});
