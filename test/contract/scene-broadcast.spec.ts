import { OFFICIAL } from '../support/accounts.js';
import { emptyLedger } from '../support/ledger.js';
import { type LibraryParts, libraryParts } from '../support/library-parts.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

const KEY = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0] };

describeEachDatabase('a scene that a broadcast is for', (kind) => {
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  let parts: LibraryParts;
  beforeAll(async () => {
    opened = await openDatabase(kind);
    parts = libraryParts(opened.dataSource, { scenes: { from: 7, to: 7 } });
  });
  afterAll(() => opened?.close());
  beforeEach(() => emptyLedger(opened.dataSource));

  it.each([
    ['scheduled', false],
    ['running', false],
    ['paused', false],
    ['finished', true],
    ['cancelled', true],
  ] as const)('and that is %s goes to another purpose: %s', async (status, isFree) => {
    const scene = await parts.scenes.sceneFor({ ...KEY, purpose: 'class:1' });
    const now = parts.clock.now();
    await parts.broadcasts.create({
      ...{ ...KEY, id: parts.random.id(now), channel: 'one-time', audience: 'scene', scene, status },
      ...{ purpose: 'class:1', content: { title: '提醒', content: { value: '上课' } }, digest: 'd' },
      ...{ recipients: 0, invalid: 0, duplicates: 0, noGrant: 0, endedBefore: 0, createdAt: new Date(now) },
    });
    await parts.scenes.release({ ...KEY, purpose: 'class:1' });
    const other = parts.scenes.sceneFor({ ...KEY, purpose: 'class:2' }).catch(({ code }) => code);
    expect(await other).toBe(isFree ? scene : 'WEIXIN_SCENES_EXHAUSTED');
  });
});
