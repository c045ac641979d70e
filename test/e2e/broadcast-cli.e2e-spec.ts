import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OFFICIAL, SERVICE_KEY } from '../support/accounts.js';
import { broadcastsOf, SEND_PATH, TEXT, toScene, workUntil } from '../support/broadcasts.js';
import { Cli, type CliOptions } from '../support/cli.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { confirmAll, crowd } from '../support/crowd.js';
import { OFFICIAL_KEY } from '../support/flows.js';
import { countBy, countRows, emptyLedger } from '../support/ledger.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const CONTENT = ['--title', TEXT.title, '--content', TEXT.content.value];
const ACCOUNT = ['--app-id', OFFICIAL_KEY.appId, '--template-id', OFFICIAL_KEY.templateId];
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

describe('weixin-subscribe broadcast', () => {
  let host: TestApp;
  let folder: string;
  let openids: string[];
  beforeAll(async () => {
    host = await createTestApp({ options: { broadcast: { ratePerSecond: 0 } } });
    folder = mkdtempSync(join(tmpdir(), 'weixin-cli-'));
  });
  afterAll(async () => {
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await emptyLedger(host.dataSource);
    host.simulator.reset();
    openids = crowd(host, 12);
    await confirmAll(
      host,
      openids.map((openid) => ({ openid, scene: 7 })),
    );
  });

  const open = (args: string[], { env, ...more }: CliOptions = {}) =>
    new Cli(['broadcast', ...args], {
      env: { WEIXIN_SUBSCRIBE_URL: `${host.url}/weixin`, WEIXIN_SUBSCRIBE_KEY: SERVICE_KEY, ...env },
      ...more,
    });
  const run = async (args: string[], options: CliOptions & { stdin?: string } = {}) => {
    const cli = open(args, options);
    if (options.stdin !== undefined) cli.say(options.stdin);
    cli.close();
    const code = await cli.exit();
    expect(cli.stdout + cli.stderr).not.toContain(SERVICE_KEY);
    expect(cli.stderr).not.toMatch(/^ +at /m);
    return { code, out: cli.stdout.trim(), err: cli.stderr.trim() };
  };
  const file = (name: string, text: string | Uint8Array) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const inbox = () => host.simulator.inbox();
  const broadcasts = () => countBy(host.dataSource, 'weixin_broadcast');
  const idIn = (text: string) => String(UUID.exec(text)?.[0]);

  describe('start', () => {
    it('to a scene, and watches until it is finished', async () => {
      const cli = open(['start', ...ACCOUNT, ...CONTENT, '--scene', '7', '--yes', '--watch']);
      await cli.printed('"status":"running"');
      const id = idIn(cli.stdout);
      await workUntil(host, id, 'finished');
      expect(await cli.exit()).toBe(0);
      const [first, ...lines] = cli.stdout.trim().split('\n');
      expect(first).toMatch(new RegExp(`^${id} running, for 12 people, "${TEXT.title}", .* by courses$`));
      expect(JSON.parse(String(lines.at(-1)))).toMatchObject({ id, status: 'finished', sent: 12 });
      expect(inbox()).toHaveLength(12);
    });

    it('to the people of a CSV file, with their fields', async () => {
      const rows = openids.map((openid, index) => `${openid},"同学, ${index}",${index}`);
      const list = file('people.csv', `\uFEFFopenid,name,room\r\n${rows.join('\r\n')}\r\n\r\n`);
      const texts = [
        '--title',
        '{{name}}',
        '--content',
        '教室 {{room}}',
        '--link',
        'https://example.com/?r={{room}}',
      ];
      const { code, out, err } = await run([
        'start',
        ...ACCOUNT,
        ...texts,
        '--recipients',
        list,
        '--yes',
        '--json',
      ]);
      expect([code, err]).toEqual([0, '']);
      const started = JSON.parse(out);
      expect(started).toMatchObject({ status: 'running', total: 12, recipients: 12, invalid: 0 });
      await workUntil(host, started.id, 'finished');
      expect(host.simulator.inbox(openids[3])[0]).toMatchObject({
        title: '同学, 3',
        content: { value: '教室 3' },
        url: 'https://example.com/?r=3',
      });
    });

    it('to 3,000 lines of standard input', async () => {
      const rows = [...openids, ...Array.from({ length: 2988 }, (_, index) => `nobody-${index}`)];
      const stdin = rows.map((openid) => `{"openid":"${openid}"}\n`).join('');
      const flags = ['--recipients', '-', '--format', 'ndjson', '--yes'];
      const { code, out } = await run(['start', ...ACCOUNT, ...CONTENT, ...flags], { stdin });
      expect([code, out]).toEqual([0, expect.stringContaining('running, for 3000 people')]);
    });

    it('is the same broadcast under the same key', async () => {
      const flags = [
        'start',
        ...ACCOUNT,
        ...CONTENT,
        '--recipients',
        file('a.csv', `openid\n${openids[0]}`),
        '--yes',
      ];
      const once = await run([...flags, '--idempotency-key', 'monday']);
      const again = await run([...flags, '--idempotency-key', 'monday']);
      expect([once.code, again.code, idIn(again.out)]).toEqual([0, 0, idIn(once.out)]);
      const other = await run([
        'start',
        ...ACCOUNT,
        '--title',
        'x',
        '--content',
        'y',
        '--scene',
        '7',
        '-y',
        '--idempotency-key',
        'monday',
      ]);
      expect(other.code).toBe(1);
      expect(other.err).toBe(
        `weixin-subscribe: idempotency key "monday" was used for broadcast "${idIn(once.out)}", which says something else\nUse a new key for a new broadcast.`,
      );
    });

    it('shows what would happen, and does none of it', async () => {
      const { code, out } = await run([
        'start',
        ...ACCOUNT,
        ...CONTENT,
        '--scene',
        '7',
        '--dry-run',
        '--rate',
        '2',
      ]);
      expect(code).toBe(0);
      expect(out).toMatch(/^12 people have an unused grant/);
      expect(out).toContain(`${TEXT.title} | ${TEXT.content.value}`);
      expect(out).toContain('takes about 6 s');
      const json = await run(['start', ...ACCOUNT, ...CONTENT, '--scene', '7', '--dry-run', '--json']);
      expect(JSON.parse(json.out)).toMatchObject({ matching: 12 });
      expect([await broadcasts(), inbox()]).toEqual([{}, []]);
    });

    it('asks on a terminal: only "y" starts it', async () => {
      for (const [answer, started] of [
        ['n', {}],
        ['', {}],
        ['y', { running: 1 }],
      ] as const) {
        const cli = open(['start', ...ACCOUNT, ...CONTENT, '--scene', '7'], { terminal: true });
        await cli.printed('Send it? [y/N]');
        expect(cli.stdout).toContain('12 people have an unused grant');
        cli.say(`${answer}\r`);
        expect(await cli.exit()).toBe(0);
        expect(await broadcasts()).toEqual(started);
      }
    });

    it.each<[string, string[], string]>([
      ['nobody to ask', ['--scene', '7'], 'nobody is here to be asked\nGive --yes to start, or --dry-run'],
      [
        'keywords, which this template has not',
        ['--scene', '7', '--yes', '--data', 'thing1=a=b'],
        'data is not a known field',
      ],
      ['nobody to send to', ['--yes'], 'whom is it for?\nGive --scene, --purpose or --recipients.'],
      [
        'a title too long',
        ['--scene', '7', '--yes', '--title', 'x'.repeat(16)],
        'title must be text of 1 to 15',
      ],
      [
        'a file that is not there',
        ['--recipients', '/nowhere.csv', '--yes'],
        '/nowhere.csv can not be read: ENOENT',
      ],
    ])('refuses %s', async (_what, flags, says) => {
      const { code, err } = await run(['start', ...ACCOUNT, ...CONTENT, ...flags]);
      expect([code, err]).toEqual([1, expect.stringContaining(`weixin-subscribe: ${says}`)]);
      expect(await broadcasts()).toEqual({});
    });

    it('starts nothing when a row far behind is wrong', async () => {
      const rows = Array.from({ length: 4000 }, (_, index) => `nobody-${index}`);
      const list = file('far.csv', `openid\n${rows.join('\n')}\nwrong row\n`);
      const { code, err } = await run(['start', ...ACCOUNT, ...CONTENT, '--recipients', list, '--yes']);
      expect(code).toBe(1);
      expect(err).toMatch(/far\.csv, line 4002: the openid must be .*; nothing is sent\nMend it/);
      expect(await broadcasts()).toEqual({ cancelled: 1 });
    });

    it('tells that a lost answer leaves it open, and how to find out', async () => {
      const { proxy, url } = await TcpProxy.before(host.url);
      const cut = proxy.cutAt('POST /weixin/broadcasts ', 'after');
      const flags = ['start', ...ACCOUNT, ...CONTENT, '--scene', '7', '--yes'];
      const lost = await run([...flags, '--url', `${url}weixin/`]);
      await cut;
      expect(lost.code).toBe(1);
      const key = /--idempotency-key (\S+):/.exec(lost.err)?.[1];
      const again = await run([...flags, '--idempotency-key', String(key)]);
      expect([again.code, await countRows(host.dataSource, 'weixin_broadcast')]).toEqual([0, 1]);
      await proxy.close();
    });
  });

  describe('watch', () => {
    it('draws a bar on a terminal', async () => {
      const { id } = await broadcastsOf(host).start(toScene(7));
      const cli = open(['watch', id], { terminal: true });
      await cli.printed('0% of 12 | sent 0 ');
      await workUntil(host, id, 'finished');
      expect(await cli.exit()).toBe(0);
      expect(cli.stdout).toContain('100% of 12 | sent 12 refused 0 failed 0 unknown 0 |');
    });

    it('goes on when the connection breaks', async () => {
      const { proxy, url } = await TcpProxy.before(host.url);
      const { id } = await broadcastsOf(host).start(toScene(7));
      const cli = open(['watch', id, '--url', `${url}weixin`]);
      await cli.printed('"status":"running"');
      await proxy.close();
      await cli.printed('trying again');
      await workUntil(host, id, 'finished');
      await proxy.open();
      expect(await cli.exit()).toBe(0);
      expect(JSON.parse(String(cli.stdout.trim().split('\n').at(-1)))).toMatchObject({
        status: 'finished',
        sent: 12,
      });
      await proxy.close();
    });

    it.each(['pause', 'cancel'] as const)('ends with 2 after %s, and says so', async (action) => {
      const { id } = await broadcastsOf(host).start(toScene(7));
      const cli = open(['watch', id]);
      await cli.printed('"status":"running"');
      await broadcastsOf(host)[action](id, { reason: '换教室\u001b[2J' });
      expect(await cli.exit()).toBe(2);
      const said = action === 'pause' ? 'paused (person): 换教室\\u001b[2J' : 'cancelled: 换教室\\u001b[2J';
      expect(cli.stderr.trim()).toBe(said);
    });
  });

  it('pauses, resumes, cancels, tells, lists and exports', async () => {
    const { id } = await broadcastsOf(host).start(toScene(7));
    expect((await run(['pause', id, '--reason', '换教室'])).out).toContain(`${id} paused`);
    const paused = await run(['status', id]);
    expect(paused.out.split('\n').slice(1)).toEqual([
      'paused (person): 换教室',
      'sent 0 refused 0 failed 0 unknown 0 in flight 0',
      'no grant 0 invalid 0 remaining 12 at 0/s',
    ]);
    expect(await run(['pause', id])).toEqual({
      ...{ code: 1, out: '' },
      err: `weixin-subscribe: broadcast "${id}" can not be paused: it is paused`,
    });
    expect((await run(['resume', id])).out).toContain(`${id} running`);
    host.simulator.fault({ kind: 'errcode', errcode: 43101, openid: openids[2], path: SEND_PATH });
    await workUntil(host, id, 'finished');
    expect((await run(['cancel', id])).code).toBe(1);
    const listed = await run([
      'list',
      '--app-id',
      OFFICIAL.appId,
      '--status',
      'finished',
      '--limit',
      '5',
      '--json',
    ]);
    expect(JSON.parse(listed.out)).toMatchObject({ id, status: 'finished' });

    const csv = await run(['export', id]);
    expect(csv.out.split('\r\n')).toHaveLength(13);
    const output = join(folder, 'outcome.csv');
    expect(await run(['export', id, '--output', output])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(output, 'utf8').trim()).toBe(csv.out);
    expect(csv.out).toContain(`${openids[2]},refused,43101,`);
    const taken = await run(['export', id, '--output', folder]);
    expect([taken.code, taken.err]).toEqual([
      1,
      expect.stringMatching(/^weixin-subscribe: \S+ can not be written: /),
    ]);
    expect(taken.err).not.toContain('no answer from');
  });

  it('says in a line or two what is wrong', async () => {
    const { proxy, url } = await TcpProxy.before(host.url);
    await proxy.close();
    const closedPort = new URL(url).port;
    const wrong: [flags: string[], env: Record<string, string>, says: string][] = [
      [[], { WEIXIN_SUBSCRIBE_KEY: 'not-the-key' }, 'the service key is not valid'],
      [[], { WEIXIN_SUBSCRIBE_KEY: '' }, 'there is no service key\nSet WEIXIN_SUBSCRIBE_KEY, or write'],
      [['--key-file', '/nowhere'], {}, '--key-file can not be read: ENOENT'],
      [[], { WEIXIN_SUBSCRIBE_URL: '' }, 'where is the host?\nGive --url or set WEIXIN_SUBSCRIBE_URL'],
      [
        ['--url', `http://127.0.0.1:${closedPort}/weixin`],
        {},
        `no answer from http://127.0.0.1:${closedPort}/weixin: `,
      ],
      [['--url', `${host.url}/nowhere`], {}, 'Cannot GET /nowhere/broadcasts'],
    ];
    const answers = await Promise.all(
      wrong.map(([flags, env]) => run(['list', '--app-id', OFFICIAL.appId, ...flags], { env })),
    );
    for (const [index, { code, err }] of answers.entries()) {
      expect([code, err]).toEqual([1, expect.stringContaining(`weixin-subscribe: ${wrong[index][2]}`)]);
      expect(err.split('\n').length).toBeLessThanOrEqual(2);
    }
  });

  it('reviews templates without a host', async () => {
    const nowhere = { env: { WEIXIN_SUBSCRIBE_URL: '', WEIXIN_SUBSCRIBE_KEY: '' } };
    const reviewed = async (args: string[], stdin?: string) => {
      const cli = new Cli(['review-template', ...args], nowhere);
      if (stdin !== undefined) cli.say(stdin);
      cli.close();
      return { code: await cli.exit(), out: cli.stdout.trim(), err: cli.stderr.trim() };
    };
    const draft = { title: '上课提醒', keywords: [{ name: '教室', example: 'A-301' }] };
    const [good, bad, json, none, wrong] = await Promise.all([
      reviewed([file('template.json', `\ufeff${JSON.stringify(draft)}`)]),
      reviewed(['-', '--title', '您的课程提醒', '--lang', 'zh'], JSON.stringify(draft)),
      reviewed(['--title', '上课通知', '--keyword', '教室=8:50', '--other-title', '上课提醒', '--json']),
      reviewed([]),
      reviewed([file('no-template.json', '{"title": "上课提醒"}')]),
    ]);
    expect(good).toEqual({ code: 0, out: 'nothing found, which is not an approval', err: '' });
    expect(bad).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^title \[title-personal\] 含有个性化字词（您）/),
    });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out).findings).toMatchObject([
      { rule: 'title-similar', place: 'title' },
      { rule: 'keyword-example', place: 'keywords[0].example' },
    ]);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('there is no template')]);
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringContaining('keywords must be a list of 1 to 20 objects'),
    ]);
  });

  it('makes a recurring one, shows its times, pauses, resumes and deletes it', async () => {
    const recurring = (args: string[], stdin?: string) => run(['recurring', ...args], { stdin });
    const input = { ...OFFICIAL_KEY, ...TEXT, scene: 7, name: '每日\u202e提醒', cron: '50 8 * * *' };
    const wrong = await recurring(['create', '-'], JSON.stringify(input));
    expect([wrong.code, wrong.out]).toEqual([1, '']);
    const named = { ...input, name: '每日提醒' };
    // As the editors and shells of Windows write it.
    const created = await recurring(['create', '-'], `\ufeff${JSON.stringify(named)}`);
    const line = '"每日提醒", 50 8 * * * Asia/Shanghai';
    const id = idIn(created.out);
    expect(created).toMatchObject({ code: 0, out: `${id} active ${line}, next 2026-11-21T00:50:00.000Z` });
    expect((await recurring(['list', '--app-id', OFFICIAL.appId])).out).toBe(created.out);
    expect((await recurring(['show', id])).out.split('\n')).toEqual([
      created.out,
      ...['21', '22', '23'].map((day) => `  2026-11-${day}T00:50:00.000Z`),
    ]);
    host.clock.advance(2 * 86_400_000);
    await host.tasks.run('recurring-broadcasts');
    expect((await recurring(['runs', id])).out).toBe(
      '2026-11-21T00:50:00.000Z to 2026-11-22T00:50:00.000Z missed: no process started it in time',
    );
    expect((await recurring(['pause', id])).out).toBe(`${id} paused ${line}`);
    expect((await recurring(['resume', id])).out).toContain(' active ');
    expect((await recurring(['delete', id])).out).toBe(`recurring broadcast ${id} is deleted`);
    expect(await recurring(['show', id])).toMatchObject({ code: 1, out: '' });
    expect((await recurring(['show', '../x'])).err).toContain('is not the id of a recurring broadcast');
  });

  it('takes the key from a file', async () => {
    const key = file('key', `${SERVICE_KEY}\n`);
    const { code } = await run(['list', '--app-id', OFFICIAL.appId, '--key-file', key], {
      env: { WEIXIN_SUBSCRIBE_KEY: '' },
    });
    expect(code).toBe(0);
  });

  it('lists its commands', () => {
    const { stdout, status } = spawnSync(
      process.execPath,
      [
        '--import',
        '@swc-node/register/esm-register',
        'libs/weixin-subscribe-cli/src/bin.ts',
        'broadcast',
        '--help',
      ],
      { encoding: 'utf8' },
    );
    expect(status).toBe(0);
    for (const command of [
      'start',
      'preview',
      'watch',
      'status',
      'list',
      'pause',
      'resume',
      'cancel',
      'export',
      'recurring',
    ])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });
});
