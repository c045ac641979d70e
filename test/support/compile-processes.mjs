import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transformFile } from '@swc/core';
import { build } from 'esbuild';

/**
 * Where processes that tests start find our code as JavaScript: to compile all of it in each of them takes
 * longer than most of what they are started for.
 */
const COMPILED = 'node_modules/.cache/test-processes';
const SOURCES = [
  'libs/weixin-subscribe',
  'libs/weixin-console/src',
  'libs/weixin-subscribe-cli',
  'libs/weixin-simulator',
  'apps/demo',
  'test/support',
];
/** Package name → its entry points. */
const PACKAGES = {
  'nestjs-weixin-subscribe': {
    '.': 'libs/weixin-subscribe/src/index.js',
    './token': 'libs/weixin-subscribe/src/token.js',
    './broadcast': 'libs/weixin-subscribe/src/broadcast/index.js',
    './history': 'libs/weixin-subscribe/src/history/index.js',
    './review': 'libs/weixin-subscribe/src/template/review/index.js',
    './openapi': 'libs/weixin-subscribe/src/openapi/index.js',
    './testing': 'libs/weixin-subscribe/src/testing/index.js',
  },
  'nestjs-weixin-subscribe-console': { '.': 'libs/weixin-console/src/index.js' },
  'weixin-simulator': { '.': 'libs/weixin-simulator/src/index.js' },
};
/** What is started, below the folder of all: each is one file there, with what they share in a few others. */
const BUNDLED = 'bundled';
const STARTED = [
  /^test\/support\/(?:[\w-]+-process|short-lived-host)\.js$/,
  /^libs\/[\w-]+\/src\/bin\.js$/,
  /^apps\/demo\/src\/(?:main|try-it)\.js$/,
];
const OPTIONS = {
  swcrc: false,
  sourceMaps: 'inline',
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
  },
};

/**
 * Jest runs it once, before all suites. Another run may be at it, with processes that read these files: what
 * is there already stays untouched.
 */
export default async function compileProcesses({ rootDir }) {
  // Told to the workers, which inherit it.
  process.env.TEST_RUN = randomBytes(6).toString('hex');
  const out = join(rootDir, COMPILED);
  const written = await Promise.all(SOURCES.map((source) => compile(rootDir, source, out)));
  await removeOthers(out, new Set(written.flat()));
  for (const [name, entries] of Object.entries(PACKAGES)) await link(out, name, entries);
  await write(join(out, 'package.json'), '{ "type": "module" }');
  await bundle(out, written.flat());
}

/** To find and read a thousand files takes a process longer than to run what is in them. */
async function bundle(out, written) {
  const paths = written.map((path) => relative(out, path));
  const { outputFiles } = await build({
    entryPoints: paths.filter((path) => STARTED.some((pattern) => pattern.test(path))),
    absWorkingDir: out,
    outdir: join(out, BUNDLED),
    outbase: out,
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'node20' },
    // Decorators run when a file is loaded, whichever is the first.
    banner: { js: "import 'reflect-metadata';" },
    // Errors and tokens of Nest are told by the names of their classes.
    ...{ keepNames: true, charset: 'utf8', write: false, logLevel: 'error' },
    plugins: [{ name: 'own-packages-inside', setup: takeOwnPackages }],
  });
  const bundled = await Promise.all(outputFiles.map(({ path, contents }) => write(path, contents)));
  const manifests = paths.filter((path) => /^libs\/[\w-]+\/package\.json$/.test(path));
  const copies = await Promise.all(
    manifests.map(async (path) => write(join(out, BUNDLED, path), await readFile(join(out, path)))),
  );
  const known = new Set([...bundled, ...copies]);
  const gone = (await filesOf(join(out, BUNDLED))).filter((path) => !known.has(path));
  await Promise.all(gone.map((path) => rm(path, { force: true })));
}

function takeOwnPackages({ onResolve }) {
  onResolve({ filter: /^[^.]/ }, ({ path, kind }) => {
    if (kind === 'entry-point') return undefined;
    const isOwn = Object.keys(PACKAGES).some((name) => path === name || path.startsWith(`${name}/`));
    return isOwn && !path.endsWith('.json') ? undefined : { path, external: true };
  });
}

/** Answers what it has written. */
async function compile(rootDir, source, out) {
  const paths = (await filesOf(join(rootDir, source))).map((path) => relative(rootDir, path));
  const wanted = paths.filter((path) => !/(^|\/)(node_modules|dist)\/|spec\.ts$/.test(path));
  return Promise.all(
    wanted.map(async (path) => {
      const target = join(out, path);
      await mkdir(dirname(target), { recursive: true });
      if (!path.endsWith('.ts')) return write(target, await readFile(join(rootDir, path)));
      const { code } = await transformFile(join(rootDir, path), OPTIONS);
      return write(target.replace(/\.ts$/, '.js'), code);
    }),
  );
}

async function write(target, content) {
  await mkdir(dirname(target), { recursive: true });
  const known = await readFile(target).catch(() => undefined);
  if (!known?.equals(Buffer.from(content))) await writeFile(target, content);
  return target;
}

async function removeOthers(out, written) {
  const sources = SOURCES.map((source) => filesOf(join(out, source)));
  const gone = (await Promise.all(sources)).flat().filter((path) => !written.has(path));
  await Promise.all(gone.map((path) => rm(path, { force: true })));
}

async function filesOf(folder) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

async function link(out, name, entries) {
  const folder = join(out, 'node_modules', name);
  await mkdir(folder, { recursive: true });
  const exports = {};
  for (const [entry, path] of Object.entries(entries)) {
    const file = entry === '.' ? 'index.js' : `${entry.slice(2)}.js`;
    exports[entry] = `./${file}`;
    await write(join(folder, file), `export * from '${relative(folder, join(out, path))}';\n`);
  }
  await write(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', exports }));
}
