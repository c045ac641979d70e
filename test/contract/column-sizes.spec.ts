import { checkTemplateData, type OneTimeContent, WEIXIN_SUBSCRIBE_ENTITIES } from 'nestjs-weixin-subscribe';
import { DataSource } from 'typeorm';
import { AccountCodec } from '../../libs/weixin-subscribe/src/account-source/account.codec.js';
import { BroadcastDto } from '../../libs/weixin-subscribe/src/broadcast/dto/broadcast.dto.js';
import { checkFormTemplate } from '../../libs/weixin-subscribe/src/delivery/channels/dto/form-template.dto.js';
import { checkKeywordContent } from '../../libs/weixin-subscribe/src/delivery/channels/dto/keyword-content.dto.js';
import {
  contentOf,
  MessageContentDto,
} from '../../libs/weixin-subscribe/src/delivery/channels/dto/message-content.dto.js';
import { Sealer } from '../../libs/weixin-subscribe/src/kernel/sealer.js';
import { Secret } from '../../libs/weixin-subscribe/src/kernel/secret.js';
import { validateInput } from '../../libs/weixin-subscribe/src/kernel/validation.js';
import { MOST_TEXT_BYTES } from '../../libs/weixin-subscribe/src/sql/column-sizes.js';
import { mintFailure } from '../../libs/weixin-subscribe/src/token/mint/mint-failure.js';
import { withDeath } from '../../libs/weixin-subscribe/src/token/mint/token-deaths.js';
import { TokenUnavailableError } from '../../libs/weixin-subscribe/src/token/token.errors.js';
import { OFFICIAL } from '../support/accounts.js';
import { numberedId } from '../support/ids.js';
import { claimBatch, libraryParts } from '../support/library-parts.js';
import { insertMany, numbered } from '../support/many-rows.js';
import { describeEachDatabase, openDatabase } from '../support/test-databases.js';

/** Four bytes in UTF-8, and one character by all our limits. */
const WIDEST = '😀';
const wide = (n: number) => WIDEST.repeat(n);
const miniprogram = { appId: 'w'.repeat(32), pagepath: wide(1024) };
const longestUrl = `https://e.com/${'课'.repeat(2048 - 14)}`;

/** Of 500 people: the number, the id of the grant, the openid, the scene, the proof. */
const LONGEST_HELD = Array.from({ length: 500 }, () => [499, 'g'.repeat(36), 'o'.repeat(64), 10_000, 2]);

function longestContent(): string {
  const contents = [
    contentOf(
      validateInput(MessageContentDto, {
        title: wide(15),
        content: { value: wide(200), color: '#FFFFFF' },
        url: longestUrl,
        miniprogram,
      }),
    ),
    { data: longestForm(), page: wide(1024), emphasisKeyword: 'keyword1' },
    // The limits of types alone do not bound it: the number of bytes does.
    { data: { enum1: { value: 'x'.repeat(MOST_TEXT_BYTES - 31) } } },
  ];
  return contents
    .map((content) => JSON.stringify(content))
    .sort((one, other) => bytes(other) - bytes(one))[0];
}

/**
 * Every column without a length, and the longest text that our rules let into it. A VARCHAR counts
 * characters, as our limits do, on PostgreSQL and on MariaDB; a TEXT of MariaDB counts bytes.
 */
const KEY = { id: 'x'.repeat(32), key: new Secret(Buffer.alloc(32).toString('base64')) };

const LONGEST: Record<string, () => string> = {
  'weixin_message.content': longestContent,
  'weixin_batch_content.content': longestContent,
  'weixin_message_batch.content': longestContent,
  // With the blanks that MariaDB and MySQL put between.
  'weixin_message_batch.held': () => JSON.stringify(LONGEST_HELD).replaceAll(',', ', '),
  // See card/card-machine.ts: refused beyond.
  'weixin_card_update.content': () => 'x'.repeat(MOST_TEXT_BYTES),
  'weixin_broadcast.content': () => {
    const {
      title,
      content,
      url,
      miniprogram: page,
    } = validateInput(BroadcastDto, {
      appId: OFFICIAL.appId,
      templateId: OFFICIAL.templates[0],
      title: wide(2000),
      content: { value: wide(2000), color: '#FFFFFF' },
      url: wide(4000),
      miniprogram,
    });
    return JSON.stringify({ title, content, url, miniprogram: page });
  },
  // See broadcast/recurring/recurring.service.ts: refused beyond.
  'weixin_recurring_broadcast.input': () => 'x'.repeat(MOST_TEXT_BYTES),
  // See broadcast/recipient-intake.ts: the row is invalid beyond.
  'weixin_broadcast_recipient.fields': () => 'x'.repeat(MOST_TEXT_BYTES),
  // See push/push-event.service.ts: the push is refused beyond.
  'weixin_push_event.payload': () => 'x'.repeat(MOST_TEXT_BYTES),
  // A label for each listener of one event, which the host's code names.
  'weixin_push_event.handled_by': () =>
    JSON.stringify(Array.from({ length: 200 }, (_, at) => `${'L'.repeat(100)}.hear${at}`)),
  // See account-source/account.codec.ts: refused beyond.
  'weixin_account.settings': () => 'x'.repeat(MOST_TEXT_BYTES),
  // Three of them, sealed.
  'weixin_account.secrets': () => 'x'.repeat(4096),
  // Sealed, of 512 characters at most.
  'weixin_authorizer.refresh_token': () => new Sealer([KEY]).seal('context', 'x'.repeat(512)),
  'weixin_authorizer.auth_code': () => new Sealer([KEY]).seal('context', 'x'.repeat(512)),
  'weixin_component_ticket.ticket': () => new Sealer([KEY]).seal('context', 'x'.repeat(512)),
  // Printable ASCII of at most 2,048 characters, sealed.
  'weixin_token.access_token': () => 'x'.repeat(4096),
  'weixin_token.failure': () =>
    JSON.stringify(mintFailure(new TokenUnavailableError(wide(100_000)), undefined, Date.now())),
  'weixin_token.deaths': () => {
    const death = { mintedAt: 2e12, diedAt: 2e12, expiresAt: 2e12 };
    return JSON.stringify(
      Array.from({ length: 1000 }).reduce<(typeof death)[]>((kept) => withDeath(kept, death), []),
    );
  },
};

const bytes = (text: string) => Buffer.byteLength(text);
const longestForm = () =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`keyword${at + 1}`, { value: wide(200), color: '#FFFFFF' }]),
  );

it('every column that counts bytes has a longest text', async () => {
  const dataSource = await new DataSource({
    type: 'better-sqlite3',
    database: ':memory:',
    entities: WEIXIN_SUBSCRIBE_ENTITIES,
  }).initialize();
  const columns = dataSource.entityMetadatas.flatMap(({ tableName, columns: all }) =>
    all.filter(({ type }) => type === 'text').map(({ databaseName }) => `${tableName}.${databaseName}`),
  );
  await dataSource.destroy();
  expect(columns.sort()).toEqual(Object.keys(LONGEST).sort());
});

it.each(Object.entries(LONGEST))('the longest text of %s fits it', (_column, longest) => {
  expect(bytes(longest())).toBeLessThanOrEqual(MOST_TEXT_BYTES);
});

it('an account with more templates than its column holds is refused, with the field', () => {
  const codec = new AccountCodec({ encryptionKeys: [] } as never);
  const account = (n: number) => ({
    ...OFFICIAL,
    templates: Array.from({ length: n }, (_, at) => `${'T'.repeat(40)}${at}`),
  });
  expect(codec.write(account(1000)).settings).toContain('T999');
  expect(() => codec.write(account(2000))).toThrow('templates must take at most 65535 bytes');
});

it('a keyword content is refused by its bytes where its types set no limit', () => {
  const content = (value: string) => ({ data: { enum1: { value }, lesson2: { value } } });
  expect(checkTemplateData(content('课'.repeat(30_000)).data)).toEqual([]);
  expect(checkKeywordContent(content('课'.repeat(10_000)))).toEqual([]);
  expect(checkKeywordContent(content('课'.repeat(30_000)))).toEqual([
    { field: 'data', message: 'data must take at most 65535 bytes as JSON in UTF-8, got 180054' },
  ]);
  expect(checkFormTemplate({ data: longestForm() })).toEqual([]);
});

describeEachDatabase('columns', (kind) => {
  it('hold a batch of 500 people with the longest openids', async () => {
    const { dataSource, close } = await openDatabase(kind);
    try {
      const parts = libraryParts(dataSource);
      const key = { appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], scene: 10_000 };
      const row = {
        id: numberedId(kind, 'g'),
        openid: numbered(kind, 'o'.repeat(61)),
        ...{ app_id: `'${key.appId}'`, template_id: `'${key.templateId}'`, scene: '10000' },
        ...{ channel: "'one-time'", proof: "'unproven'", granted_at: '1' },
      };
      await insertMany(dataSource, kind, 'weixin_grant', 500, {
        ...{ ...row, scene_key: '1' },
        source: numbered(kind, 's'),
      });
      await insertMany(dataSource, kind, 'weixin_live_grant', 500, row);
      const content = { title: 'x', content: { value: 'x' } };
      const claimed = await claimBatch(parts, { from: key, limit: 500, content });
      expect(claimed).toHaveLength(500);
      expect(claimed[499]).toMatchObject({ scene: 10_000, proof: 'unproven', grantedAt: 1 });
      expect(new Set(claimed.map(({ openid }) => openid)).size).toBe(500);
    } finally {
      await close();
    }
  });

  it('hold the longest texts of a broadcast and its recipients', async () => {
    const opened = await openDatabase(kind);
    try {
      const { broadcasts, recipients, random } = libraryParts(opened.dataSource);
      const id = random.id(Date.now());
      const content = JSON.parse(LONGEST['weixin_broadcast.content']()) as OneTimeContent;
      const record = {
        ...{ id, appId: OFFICIAL.appId, templateId: OFFICIAL.templates[0], channel: 'one-time' as const },
        ...{
          audience: 'recipients' as const,
          status: 'draft' as const,
          content,
          digest: 'd',
          purpose: wide(128),
        },
        ...{
          renderer: wide(64),
          requestedBy: wide(64),
          recipients: 0,
          invalid: 0,
          duplicates: 0,
          noGrant: 0,
        },
        ...{ endedBefore: 0, createdAt: new Date() },
      };
      expect(await broadcasts.create(record)).toBe('created');
      expect(await broadcasts.find(id)).toMatchObject({ content, purpose: wide(128), requestedBy: wide(64) });
      expect(await broadcasts.lease(id, 'draft', 'r', 60_000)).toBe(true);
      const fields = JSON.stringify({ f: 'x'.repeat(MOST_TEXT_BYTES - 8) });
      expect(bytes(fields)).toBe(MOST_TEXT_BYTES);
      const row = { openid: 'o1', status: 'pending' as const, fields, reason: wide(255) };
      expect(await recipients.add(id, 'r', [row], 0)).toBe(true);
      expect([...(await recipients.fields(id, ['o1'])).values()]).toEqual([JSON.parse(fields)]);
      expect(await broadcasts.cancel(id, { reason: wide(300), requestedBy: wide(300) })).toBe(true);
      expect((await broadcasts.find(id))?.reason).toBe(wide(255));
    } finally {
      await opened.close();
    }
  });
});
