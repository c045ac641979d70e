// Builds the console's page into web-dist/, with a compressed form beside each file:
//
//   node libs/weixin-console/build-web.mjs [--if-older]
//
// With --if-older only where a source is newer than what was built, and without failing where Vite is not
// installed: the console then says how it is built.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const ROOT = dirname(fileURLToPath(import.meta.url));
const WEB = join(ROOT, 'web');
const BUILT = join(ROOT, 'web-dist');
/** What is smaller fits into one packet as it is. */
const WORTHWHILE_BYTES = 1024;

const isLenient = process.argv.includes('--if-older');

if (existsSync(join(WEB, 'vite.config.ts')) && !(isLenient && isFresh())) await build();

async function build() {
  const vite = await import('vite').catch((error) => {
    if (!isLenient) throw error;
    console.error('The page of the console is not built: Vite is not installed.');
  });
  if (!vite) return;
  if (isLenient) console.log('Building the page of the console, once.');
  await vite.build({ configFile: join(WEB, 'vite.config.ts'), logLevel: 'warn' });
  for (const path of filesOf(BUILT))
    if (/\.(?:js|css|svg|json|html)$/.test(path) && statSync(path).size >= WORTHWHILE_BYTES)
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
}

function isFresh() {
  const page = join(BUILT, 'index.html');
  if (!existsSync(page)) return false;
  const builtAt = statSync(page).mtimeMs;
  return filesOf(WEB).every((path) => statSync(path).mtimeMs <= builtAt);
}

function filesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}
