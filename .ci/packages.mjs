import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What is published: name → folder. */
export const PACKAGES = {
  'nestjs-weixin-subscribe': 'libs/weixin-subscribe',
  'nestjs-weixin-subscribe-cli': 'libs/weixin-subscribe-cli',
  'nestjs-weixin-subscribe-console': 'libs/weixin-console',
  'weixin-subscribe-client': 'libs/weixin-subscribe-client',
  'weixin-simulator': 'libs/weixin-simulator',
};

export const manifestOf = (folder) => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));

/** Changes a file as text, so that it keeps its form. */
export function edit(path, ...changes) {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const changed = changes.reduce((before, [pattern, replacement]) => {
    if (before.search(pattern) < 0) throw new Error(`${path} has no ${pattern}`);
    return before.replace(pattern, replacement);
  }, text);
  writeFileSync(join(ROOT, path), changed);
}
