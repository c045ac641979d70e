import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WeixinSimulator } from 'weixin-simulator';

/** What the site generates is not committed; it may be there all the same. */
const handWritten = (folder: string) => readdirSync(folder).filter((name) => name !== 'rest.md');

/** The same page in English and in Chinese. */
const EDITIONS: [en: string, zh: string][] = [
  ['README.md', 'README.zh-CN.md'],
  ...handWritten('docs/en').map((page): [string, string] => [`docs/en/${page}`, `docs/zh/${page}`]),
];
const LIBRARY_README = 'libs/weixin-subscribe/README.md';
const PACKAGE_READMES = readdirSync('libs')
  .map((folder) => join('libs', folder, 'README.md'))
  .filter((path) => existsSync(path));
const PAGES = [...EDITIONS.flat(), LIBRARY_README];
const FOLDER = 'test/docs/.snippets';

const codeIn = (page: string, language: string) =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code,
  );

/** Languages of blocks that need no translation. */
const SAME = [
  'ts',
  'js',
  'jsx',
  'vue',
  'html',
  'json',
  'http',
  'bash',
  'python',
  'sql',
  'yaml',
  'dockerfile',
].concat(['swift', 'objc', 'kotlin', 'java']);

/** What may be shown of a README before a reader has scrolled away. */
const MOST_LINES = 180;

const snippets = [...new Set([...PAGES, ...PACKAGE_READMES])].flatMap((page) =>
  codeIn(page, 'ts').map((code, index) => ({
    file: join(FOLDER, `${page.replace(/\W/g, '-')}-${index}.ts`),
    code,
  })),
);

/** As the links to them are written: lower case, dashes for blanks, no punctuation. */
const headingsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, text]) =>
      `#${text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-')}`,
  );

describe('the two editions of the pages', () => {
  it('are the same pages', () => {
    expect(handWritten('docs/zh')).toEqual(handWritten('docs/en'));
  });

  it.each(EDITIONS)('%s and %s show the same code and the same answers', (en, zh) => {
    for (const language of SAME) {
      expect([language, ...codeIn(zh, language)]).toEqual([language, ...codeIn(en, language)]);
    }
  });

  it.each([...new Set([...PAGES, ...PACKAGE_READMES])])(
    '%s links only to files and headings that exist',
    (page) => {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(#[^)]+)?\)/g)];
      const dead = links.filter(([, file, heading]) => {
        const target = file ? join(dirname(page), file) : page;
        return !existsSync(target) || (heading && !headingsOf(target).includes(heading));
      });
      expect(dead.map(([link]) => link)).toEqual([]);
    },
  );
});

describe('the TypeScript of the pages', () => {
  beforeAll(() => {
    mkdirSync(FOLDER, { recursive: true });
    for (const { file, code } of snippets) writeFileSync(file, code);
    const config = {
      extends: '../../../tsconfig.json',
      compilerOptions: { noEmit: true, rootDir: '../../..', types: ['node'] },
      include: ['*.ts'],
    };
    writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(config));
  });
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it('is there', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(15);
  });

  it('compiles as it stands', () => {
    const check = ['test/support/check-types.mjs', FOLDER];
    const { status, stdout, stderr } = spawnSync(process.execPath, check, { encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  }, 180_000);

  it.each(['README.md'])(
    '%s: its module starts, asks and sends, with nothing but the simulator',
    async (readme) => {
      const [appModule, controller] = codeIn(readme, 'ts');
      const registration = `${controller}\n${appModule.replace(
        '// controllers: [AppController], providers: [AppService], as they are',
        'controllers: [ReminderController],',
      )}`;
      expect(registration).toContain('  controllers: [ReminderController]');
      const [inProgram, overRest] = commandsIn(readme).filter((command) => command.startsWith('curl'));
      const simulator = await WeixinSimulator.start();
      try {
        const started = registration
          .replaceAll('http://localhost:4000', simulator.url)
          .replace("database: 'weixin.db'", "database: ':memory:'");
        expect(started).not.toBe(registration);
        const { complaint, calls } = await runs(started, [
          `const address = ${JSON.stringify(authorizeIn(readme))};`,
          'const confirm = async () => {',
          '  const ask = await fetch(url + address, { redirect: "manual" });',
          '  const tap = { url: ask.headers.get("location"), answer: "confirm", person: "xiaoming" };',
          `  const { redirectTo } = await post("${simulator.url}/_simulator/tap", tap);`,
          '  const back = new URL(redirectTo);',
          '  const cookie = ask.headers.get("set-cookie").split(";")[0];',
          '  return fetch(url + back.pathname + back.search, { redirect: "manual", headers: { cookie } });',
          '};',
          'await confirm();',
          `const [, path, form] = ${JSON.stringify(inProgram)}.match(/localhost:3000(\\S+) -d (\\S+)/);`,
          'const call = { method: "POST", body: new URLSearchParams(form) };',
          'const [sent, again] = [await fetch(url + path, call), await fetch(url + path, call)];',
          'const program = [sent.status, await sent.text(), again.status];',
          'const done = await confirm();',
          `const command = ${JSON.stringify(overRest)};`,
          "const [, key] = command.match(/(Bearer [^']+)/);",
          "const [, body] = command.match(/-d '([^]*)'/);",
          'const message = JSON.parse(body);',
          'const headers = { authorization: key };',
          'const first = await post(url + "/weixin/messages", message, headers);',
          'const second = await post(url + "/weixin/messages", message, headers);',
          'console.log(JSON.stringify({ location: done.headers.get("location"), program, first, second }));',
        ]);
        expect(complaint).toBe('');
        const [ok, refused] = codeIn(readme, 'json')[0]
          .trim()
          .split('\n')
          .map((text) => JSON.parse(text));
        const accepted = expect.stringMatching(/^[\da-f-]{36}$/);
        expect(calls.program).toEqual([201, accepted, 409]);
        expect(calls.location).toMatch(/subscribe=confirmed$/);
        expect(calls.first).toMatchObject({ status: ok.status, id: expect.any(String) });
        expect(calls.second).toMatchObject(refused);
      } finally {
        await simulator.close();
      }
    },
    60_000,
  );

  it.each(['docs/en/getting-started.md'])(
    '%s: its module starts, when its database and secrets are given',
    async (page) => {
      const [code] = codeIn(page, 'ts');
      const registration = code
        .replace("type: 'postgres',", "type: 'better-sqlite3',")
        .replace('url: process.env.DATABASE_URL,', "database: ':memory:',");
      expect(registration).not.toBe(code);
      const { complaint, calls } = await runs(registration, [
        'const answer = await fetch(url + "/weixin/grants");',
        'console.log(JSON.stringify({ status: answer.status, code: (await answer.json()).code }));',
      ]);
      expect([complaint, calls]).toEqual(['', { status: 401, code: 'WEIXIN_SERVICE_KEY' }]);
    },
    60_000,
  );

  it('of the page about testing is a test that passes', () => {
    const specs = snippets
      .filter(({ file, code }) => file.includes('docs-en-testing') && code.includes('@jest/globals'))
      .map(({ file, code }) => {
        const spec = file.replace(/\.ts$/, '.spec.ts');
        writeFileSync(spec, code);
        return spec;
      });
    expect(specs).toHaveLength(2);
    const jest = ['node_modules/jest/bin/jest.js', '--forceExit', '--runTestsByPath', ...specs];
    const { status, stderr } = spawnSync(process.execPath, jest, { encoding: 'utf8' });
    expect(`${stderr}`).toContain('Tests:       4 passed, 4 total');
    expect(status).toBe(0);
  }, 120_000);
});

describe('the READMEs', () => {
  it('show the same commands and addresses', () => {
    expect(commandsIn('README.md').length).toBeGreaterThan(4);
    expect(commandsIn('README.zh-CN.md')).toEqual(commandsIn('README.md'));
    expect(authorizeIn('README.zh-CN.md')).toBe(authorizeIn('README.md'));
  });

  it('can be pasted block by block: no remark behind a command, which zsh would run, and none follows one that stays', () => {
    for (const readme of ['README.md', 'README.zh-CN.md', LIBRARY_README]) {
      for (const command of commandsIn(readme)) {
        expect(command).not.toMatch(/^[^'"]*#/m);
        const stays = command.trim().split('\n').slice(0, -1);
        expect(stays.filter((line) => line.startsWith('npx '))).toEqual([]);
      }
    }
  });

  it('npm shows the same quick start', () => {
    const [registration] = codeIn(LIBRARY_README, 'ts');
    expect(codeIn('README.md', 'ts')[0]).toBe(registration);
    expect(commandsIn('README.md')).toEqual(expect.arrayContaining(commandsIn(LIBRARY_README)));
    expect(authorizeIn(LIBRARY_README)).toBe(authorizeIn('README.md'));
  });

  it.each(['README.md', 'README.zh-CN.md'])('%s can be read in one go', (readme) => {
    expect(readFileSync(readme, 'utf8').split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  });
});

const commandsIn = (page: string) => codeIn(page, 'bash');

/** Path and query of the address that asks. */
function authorizeIn(page: string): string | undefined {
  return /localhost:3000(\/weixin\/authorize\?[^\s>]+)/.exec(readFileSync(page, 'utf8'))?.[1];
}

/** Starts an AppModule in a process of its own and runs the lines there. The last line printed is JSON. */
function runs(
  registration: string,
  lines: string[],
): Promise<{ complaint: string; calls: Record<string, unknown> }> {
  const file = join(FOLDER, 'start.ts');
  const program = [
    "import 'reflect-metadata';",
    "import { NestFactory } from '@nestjs/core';",
    registration,
    "const app = await NestFactory.create(AppModule, { logger: ['error'] });",
    "await app.listen(0, '127.0.0.1');",
    'const url = await app.getUrl();',
    'const post = async (to, body, headers = {}) => {',
    '  const type = { "content-type": "application/json" };',
    '  const sent = { method: "POST", headers: { ...type, ...headers }, body: JSON.stringify(body) };',
    '  return (await fetch(to, sent)).json();',
    '};',
    ...lines,
    'process.exit(0);',
  ];
  writeFileSync(file, program.join('\n'));
  const env = {
    ...process.env,
    WEIXIN_APP_SECRET: 'a-secret',
    COURSES_SERVICE_KEY: 'a-service-key-0123456789',
  };
  const script = ['--import', '@swc-node/register/esm-register', file];
  return new Promise((done) => {
    const child = spawn(process.execPath, script, { env });
    let printed = '';
    let complaint = '';
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    child.stdout.on('data', (text) => {
      printed += text;
    });
    child.on('close', () =>
      done({ complaint, calls: JSON.parse(printed.trim().split('\n').at(-1) || '{}') }),
    );
  });
}
