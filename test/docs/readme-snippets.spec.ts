import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The same page in English and in Chinese. */
const EDITIONS: [en: string, zh: string][] = [
  ['README.md', 'README.zh-CN.md'],
  ...readdirSync('docs/en').map((page): [string, string] => [`docs/en/${page}`, `docs/zh/${page}`]),
];
const PAGES = [...EDITIONS.flat(), 'libs/weixin-subscribe/README.md'];
const FOLDER = 'test/docs/.snippets';

const codeIn = (page: string, language: string) =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code,
  );

const snippets = PAGES.flatMap((page) =>
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
    expect(readdirSync('docs/zh')).toEqual(readdirSync('docs/en'));
  });

  it.each(EDITIONS)('%s and %s show the same code and the same answers', (en, zh) => {
    for (const language of ['ts', 'json', 'http', 'swift', 'objc', 'kotlin', 'java', 'js', 'python', 'sql']) {
      expect([language, ...codeIn(zh, language)]).toEqual([language, ...codeIn(en, language)]);
    }
  });

  it.each(PAGES)('%s links only to files and headings that exist', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(#[^)]+)?\)/g)];
    const dead = links.filter(([, file, heading]) => {
      const target = file ? join(dirname(page), file) : page;
      return !existsSync(target) || (heading && !headingsOf(target).includes(heading));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
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
    const { status, stdout } = spawnSync('node_modules/.bin/tsc', ['-p', FOLDER], { encoding: 'utf8' });
    expect(`${status} ${stdout}`).toBe('0 ');
  }, 180_000);

  it('registers a module that starts, when its database and secrets are given', () => {
    const [{ code }] = snippets;
    const registration = code
      .replace("type: 'postgres',", "type: 'better-sqlite3',")
      .replace('url: process.env.DATABASE_URL,', "database: ':memory:',");
    expect(registration).not.toBe(code);
    const file = join(FOLDER, 'start.ts');
    writeFileSync(
      file,
      `import 'reflect-metadata';\nimport { NestFactory } from '@nestjs/core';\n${registration}
const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const answer = await fetch(\`\${await app.getUrl()}/weixin/grants\`);
console.log(answer.status, (await answer.json()).code);
process.exit(0);
`,
    );
    const env = {
      ...process.env,
      WEIXIN_APP_SECRET: 'a-secret',
      COURSES_SERVICE_KEY: 'a-service-key-0123456789',
    };
    const said = execFileSync(process.execPath, ['--import', '@swc-node/register/esm-register', file], {
      env,
      encoding: 'utf8',
    });
    expect(said).toContain('401 WEIXIN_SERVICE_KEY');
  }, 60_000);

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
