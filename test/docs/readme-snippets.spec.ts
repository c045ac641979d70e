import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const READMES = ['README.md', 'libs/weixin-subscribe/README.md'];
const FOLDER = 'test/docs/.snippets';

const snippets = READMES.flatMap((readme) =>
  [...readFileSync(readme, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code], index) => ({
    file: join(FOLDER, `${readme.replace(/\W/g, '-')}-${index}.ts`),
    code,
  })),
);

describe('the TypeScript of the READMEs', () => {
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
    expect(snippets.length).toBeGreaterThanOrEqual(3);
  });

  it('compiles as it stands', () => {
    const { status, stdout } = spawnSync('node_modules/.bin/tsc', ['-p', FOLDER], { encoding: 'utf8' });
    expect(`${status} ${stdout}`).toBe('0 ');
  }, 60_000);

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
});
