import type { Intent } from '../../libs/weixin-subscribe/src/authorization/intent.types.js';
import type { Settlement } from '../../libs/weixin-subscribe/src/delivery/ledger/settlement.js';
import {
  GRANT_PROOFS,
  type GrantCursor,
  type GrantProof,
} from '../../libs/weixin-subscribe/src/grant/grant.types.js';
import { digest } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { MINI_PROGRAM, OFFICIAL } from '../support/accounts.js';
import { emptyLedger } from '../support/ledger.js';
import { claim, claimBatch, type LibraryParts, libraryParts } from '../support/library-parts.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 1000 };
const CONTENT = { title: '上课提醒', content: { value: '8:50' } };
const NOT_SENT: Settlement = { outcome: 'failed', grant: 'available', reason: 'never left' };
const SENT: Settlement = { outcome: 'sent', grant: 'spent', errcode: 0 };

describeEachDatabase('how well the openid of a grant is known', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let parts: LibraryParts;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    parts = libraryParts(opened.dataSource);
  });
  afterAll(() => opened?.close());
  beforeEach(() => emptyLedger(opened.dataSource));

  let sources = 0;
  const record = (openid: string, proof?: GrantProof, of: LibraryParts = parts) =>
    of.grants.record({ ...KEY, openid, proof, source: `test:${++sources}` });
  const ask = async (expectedOpenid?: string): Promise<Intent> => {
    const now = parts.clock.now();
    const intent: Intent = {
      ...KEY,
      id: parts.random.id(now),
      flow: 'web',
      bindingDigest: digest('cookie'),
      expectedOpenid,
      status: 'pending',
      createdAt: new Date(now),
      expiresAt: new Date(now + 600_000),
    };
    await parts.intents.create(intent, digest(`state:${++sources}`));
    return intent;
  };
  /** What anybody can do: come back with an openid of their own choice. */
  const forge = async (openid: string) => parts.intents.confirm(await ask(), openid);
  const live = async (openid: string) => {
    const grants = await parts.grants.list({ ...KEY, openid, status: 'available' });
    return grants.map(({ proof }) => proof);
  };
  const accept = async (openid: string) => {
    const message = await parts.messages.accept({ ...KEY, openid, channel: 'one-time', content: CONTENT });
    if (typeof message === 'string') throw new Error(message);
    return message;
  };
  const claimNext = (limit: number, after?: GrantCursor) =>
    claimBatch(parts, { from: { ...KEY, after }, limit, content: CONTENT });

  it('is unproven where an answer alone says it, and bound where the host knew it before', async () => {
    await forge('stranger');
    await parts.intents.confirm(await ask('known'), 'known');
    expect(await live('stranger')).toEqual(['unproven']);
    expect(await live('known')).toEqual(['bound']);
  });

  it('is unproven and bound likewise among confirms that are committed together', async () => {
    const asked = await Promise.all(
      Array.from({ length: 40 }, (_, n) => ask(n % 2 ? `person-${n}` : undefined)),
    );
    await Promise.all(asked.map((intent, n) => parts.intents.confirm(intent, `person-${n}`)));
    for (let n = 0; n < 40; n++) expect(await live(`person-${n}`)).toEqual([n % 2 ? 'bound' : 'unproven']);
  });

  it('is bound of what a host records, unless it says otherwise', async () => {
    await record('imported');
    await record('doubtful', 'unproven');
    expect([await live('imported'), await live('doubtful')]).toEqual([['bound'], ['unproven']]);
    await expect(record('x', 'certain' as GrantProof)).rejects.toMatchObject({
      errors: [{ field: 'proof', message: 'proof must be one of bound, signed, unproven' }],
    });
  });

  const BETTER: Record<GrantProof, number> = { unproven: 0, bound: 1, signed: 2 };
  it.each(GRANT_PROOFS.flatMap((older) => GRANT_PROOFS.map((newer) => [older, newer] as const)))(
    'is, of %s renewed by %s, the better one',
    async (older, newer) => {
      await record('p', older);
      await record('p', newer);
      expect(await live('p')).toEqual([BETTER[older] > BETTER[newer] ? older : newer]);
      const { n } = (
        await opened.dataSource.query('SELECT COUNT(*) AS n FROM weixin_grant WHERE live_key IS NOT NULL')
      )[0];
      expect(Number(n)).toBe(1);
    },
  );

  it('is lowered by no forged confirm of a known openid, alone or with others', async () => {
    for (let n = 0; n < 20; n++) await record(`victim-${n}`);
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask()));
    const written = await Promise.all(asked.map((intent, n) => parts.intents.confirm(intent, `victim-${n}`)));
    expect(written).not.toContain(false);
    await forge('victim-0');
    for (let n = 0; n < 20; n++) expect(await live(`victim-${n}`)).toEqual(['bound']);
  });

  it('is not passed on while a message holds the proven one, which may use it up', async () => {
    await record('p');
    const message = await accept('p');
    await forge('p');
    expect(await live('p')).toEqual(['unproven']);
    await parts.messages.settle(message, SENT);
    expect(await live('p')).toEqual(['unproven']);
  });

  it.each(['a single message', 'a batch'])(
    'is passed on when %s gives the proven one back',
    async (which) => {
      for (const openid of ['p', 'q']) await record(openid);
      if (which === 'a batch') {
        const claimed = await claimNext(10);
        for (const openid of ['p', 'q']) await forge(openid);
        const messages = claimed.map(({ messageId: id, ...of }) => ({
          ...{ ...KEY, channel: 'one-time' as const, id, broadcastId: 'any' },
          ...{ openid: of.openid, proof: of.proof, grantId: of.id },
        }));
        expect(await parts.messageBatches.handBack(messages)).toEqual([true, true]);
      } else {
        const message = await accept('p');
        await forge('p');
        await parts.messages.settle(message, NOT_SENT);
      }
      for (const openid of ['p', 'q']) expect(await live(openid)).toEqual(['bound']);
    },
  );

  it('decides whom a batch is for first, and the cursor walks on from there', async () => {
    for (let n = 0; n < 6; n++) {
      await record(`forged-${n}`, 'unproven');
      parts.clock.advance(1);
    }
    for (let n = 0; n < 6; n++) {
      parts.clock.advance(1);
      await record(`real-${n}`, n % 2 ? 'bound' : 'signed');
    }
    const claimed = await claimNext(4);
    expect(claimed.map(({ openid, proof }) => [openid, proof])).toEqual([
      ['real-1', 'bound'],
      ['real-3', 'bound'],
      ['real-5', 'bound'],
      ['real-0', 'signed'],
    ]);
    const next = await claimNext(4, claimed.at(-1));
    expect(next.map(({ openid }) => openid)).toEqual(['real-2', 'real-4', 'forged-0', 'forged-1']);
    expect((await claimNext(4, next.at(-1))).map(({ proof }) => proof)).toEqual(Array(4).fill('unproven'));
    expect(await parts.grantBatches.count(KEY)).toBe(0);
  });

  it('decides which grant of a person is used first', async () => {
    const counting = libraryParts(opened.dataSource, { clock: parts.clock, grantRule: 'count' });
    for (const [openid, proof] of [
      ['p', 'unproven'],
      ['p', 'bound'],
      ['q', 'unproven'],
      ['q', 'signed'],
    ] as const) {
      await record(openid, proof, counting);
      parts.clock.advance(1);
    }
    expect(await claim(counting, { ...KEY, openid: 'p' }, 'm-p')).toBe(true);
    expect(await live('p')).toEqual(['unproven']);
    const { scene: _, ...template } = KEY;
    const listed = await claimBatch(counting, {
      from: { ...template, openids: ['q', 'p'] },
      limit: 2,
      content: CONTENT,
    });
    expect(listed.map(({ openid, proof }) => [openid, proof])).toEqual([
      ['q', 'signed'],
      ['p', 'unproven'],
    ]);
  });

  it('is written with the message that uses the grant, also when that waited', async () => {
    await record('p', 'unproven');
    const { id } = await accept('p');
    expect((await parts.messages.find(id))?.proof).toBe('unproven');
    await record('q');
    const waiting = await parts.waiting.accept(
      { ...KEY, openid: 'q', channel: 'one-time', content: CONTENT },
      { notBefore: new Date(parts.clock.now()) },
    );
    if (waiting === 'duplicate') throw new Error(waiting);
    expect((await parts.messages.find(waiting.id))?.proof).toBeUndefined();
    await parts.waiting.begin(waiting);
    expect((await parts.messages.find(waiting.id))?.proof).toBe('bound');
  });

  it.each(['the front end', 'the push'])(
    'is signed once both reports of an accept are there, after %s',
    async (last) => {
      const accept = { appId: MINI_PROGRAM.appId, templateId: MINI_PROGRAM.templates[0], openid: 'p' };
      const reports = [
        { source: 'push:e1:0', proof: 'signed' },
        { source: 'intent:i1', proof: 'bound' },
      ] as const;
      const told = [];
      for (const report of last === 'the push' ? [...reports].reverse() : reports)
        told.push(await parts.grants.record({ ...accept, ...report }));
      expect(told).toEqual(['recorded', 'paired']);
      const grants = await parts.grants.list(accept);
      expect(grants.map(({ proof }) => proof)).toEqual(['signed']);
    },
  );
});
