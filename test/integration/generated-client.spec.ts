import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VersioningType } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { SERVICE_KEY } from '../support/accounts.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { OFFICIAL_KEY } from '../support/flows.js';

const run = promisify(execFile);

/** What the service of another team writes, with the types that it generated. */
const SERVICE = `
import createClient from 'openapi-fetch';
import type { components, paths } from './weixin.d.ts';

type SendMessage = components['schemas']['SendMessage'];
type Message = components['schemas']['Message'];

const [baseUrl = '', key = '', openid = '', templateId = '', appId = ''] = process.argv.slice(2);
const weixin = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${key}\` } });

const body: SendMessage = {
  appId, openid, templateId, scene: 1000,
  title: '上课提醒', content: { value: '8:50', color: '#173177' }, url: 'https://example.com/',
  idempotencyKey: 'generated-1',
};
const sent = await weixin.POST('/api/v2/weixin/messages', { body });
if (!sent.data) throw new Error(sent.error.detail);
const status: Message['status'] = sent.data.status;

const read = await weixin.GET('/api/v2/weixin/messages/{id}', { params: { path: { id: sent.data.id } } });
const grants = await weixin.GET('/api/v2/weixin/grants', {
  params: { query: { appId, openid, templateId, scene: 1000 } },
});
const again = await weixin.POST('/api/v2/weixin/messages/{id}/resolve', {
  params: { path: { id: sent.data.id } },
  body: { outcome: 'sent' },
});
const code: string | undefined = again.error?.code;
console.log(JSON.stringify([status, read.data?.title, grants.data?.available, code]));
`;

/** Each line is a mistake that the types must find. */
const MISTAKES = `
import createClient from 'openapi-fetch';
import type { components, paths } from './weixin.d.ts';

const weixin = createClient<paths>({ baseUrl: '' });
const id = '019ab000-0000-7000-8000-000000000000';
// @ts-expect-error not mounted there
weixin.GET('/weixin/grants');
// @ts-expect-error the query is required
weixin.GET('/api/v2/weixin/grants');
// @ts-expect-error not an outcome
weixin.POST('/api/v2/weixin/messages/{id}/resolve', { params: { path: { id } }, body: { outcome: 'lost' } });
// @ts-expect-error no title, no content
const message: components['schemas']['SendMessage'] = { appId: '', openid: '', templateId: '', scene: 1 };
// Whatever the SDK answered.
const result: components['schemas']['SubscribeResult']['result'] = { errMsg: 'ok', any: ['thing'] };
export const all = [message, result];
`;

describe("a client generated from the host's Swagger", () => {
  let host: TestApp;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync('test/integration/.generated-');
    host = await createTestApp({
      configure: (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
        const own = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('The host').build());
        SwaggerModule.setup('docs', app, () => weixinOpenApi(app, own));
      },
    });
  });
  afterAll(async () => {
    await host?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('compiles under strict, sends a message through the simulator, and reads what became of it', async () => {
    const response = await fetch(`${host.url}/docs-json`);
    writeFileSync(join(folder, 'openapi.json'), await response.text());
    await run('node_modules/.bin/openapi-typescript', [
      join(folder, 'openapi.json'),
      '--output',
      join(folder, 'weixin.d.ts'),
    ]);
    writeFileSync(join(folder, 'service.ts'), SERVICE);
    writeFileSync(join(folder, 'mistakes.ts'), MISTAKES);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const compilerOptions = {
      ...{
        strict: true,
        skipLibCheck: false,
        noUncheckedIndexedAccess: true,
        allowImportingTsExtensions: true,
      },
      ...{ rewriteRelativeImportExtensions: true, module: 'nodenext', target: 'es2022', outDir: 'out' },
      ...{ types: ['node'], lib: ['es2023', 'dom'], rootDir: '.' },
    };
    const files = ['service.ts', 'mistakes.ts'];
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const { stdout: said } = await run('node_modules/.bin/tsc', ['-p', folder]).catch((error) => error);
    expect(said).toBe('');

    const { appId, templateId } = OFFICIAL_KEY;
    const openid = host.simulator.openid('xiaoming', appId);
    host.simulator.confirm({ openid, scene: 1000 });
    await host.grants.record({ appId, templateId, openid, scene: 1000, source: 'generated-client' });
    const { stdout } = await run(process.execPath, [
      join(folder, 'out/service.js'),
      ...[host.url, SERVICE_KEY, openid, templateId, appId],
    ]);
    expect(JSON.parse(stdout)).toEqual(['sent', '上课提醒', 0, 'WEIXIN_MESSAGE_NOT_UNKNOWN']);
    expect(host.simulator.inbox(openid)).toMatchObject([{ title: '上课提醒' }]);
  }, 180_000);
});
