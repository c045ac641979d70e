// Puts the pages of the site together below docs/.site: the pages of docs/, READMEs and project pages from
// elsewhere, the REST and API references, llms.txt. VitePress does the rest.
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LANGUAGES, type Language } from '../languages.js';
import { llms, llmsFull } from './llms.js';
import { SITE, stagePages, write } from './stage.js';

const run = promisify(execFile);

/** Pages of their own, below `/api/`: as pages of VitePress, hundreds of them would take it minutes. */
async function apiReference(): Promise<void> {
  await run('node_modules/.bin/typedoc', ['--options', 'docs/site/typedoc.json'], { maxBuffer: 1e8 });
}

export async function buildSite(): Promise<void> {
  rmSync(SITE, { recursive: true, force: true });
  const reference = apiReference();
  await run(process.execPath, ['--import', '@swc-node/register/esm-register', 'docs/generate-rest.ts']);
  stagePages();
  for (const language of LANGUAGES) writeLlms(language);
  await reference;
}

function writeLlms(language: Language): void {
  const suffix = language === 'en' ? '' : `-${language}`;
  write(join(SITE, `public/llms${suffix}.txt`), llms(language));
  write(join(SITE, `public/llms-full${suffix}.txt`), llmsFull(language));
}

await buildSite();
