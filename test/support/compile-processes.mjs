import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { transformFile } from '@swc/core';

/** Where processes that tests start find our code as JavaScript: to compile all of it in each of them takes longer than most of what they are started for. */
const COMPILED = 'node_modules/.cache/test-processes';
const SOURCES = ['libs/weixin-subscribe', 'libs/weixin-simulator', 'apps/demo', 'test/support'];
/** Package name → its entry points. */
const PACKAGES = {
  'nestjs-weixin-subscribe': { '.': 'libs/weixin-subscribe/src/index.js', './testing': 'libs/weixin-subscribe/src/testing/index.js' },
  'weixin-simulator': { '.': 'libs/weixin-simulator/src/index.js' },
};
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

/** Jest runs it once, before all suites. */
export default async function compileProcesses({ rootDir }) {
  const out = join(rootDir, COMPILED);
  await rm(out, { recursive: true, force: true });
  for (const source of SOURCES) await compile(rootDir, source, out);
  for (const [name, entries] of Object.entries(PACKAGES)) await link(out, name, entries);
  await writeFile(join(out, 'package.json'), '{ "type": "module" }');
}

async function compile(rootDir, source, out) {
  const files = await readdir(join(rootDir, source), { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => relative(rootDir, join(file.parentPath, file.name)));
  const wanted = paths.filter((path) => !/(^|\/)(node_modules|dist)\/|spec\.ts$/.test(path));
  await Promise.all(
    wanted.map(async (path) => {
      const target = join(out, path);
      await mkdir(dirname(target), { recursive: true });
      if (!path.endsWith('.ts')) return cp(join(rootDir, path), target);
      const { code } = await transformFile(join(rootDir, path), OPTIONS);
      return writeFile(target.replace(/\.ts$/, '.js'), code);
    }),
  );
}

async function link(out, name, entries) {
  const folder = join(out, 'node_modules', name);
  await mkdir(folder, { recursive: true });
  const exports = {};
  for (const [entry, path] of Object.entries(entries)) {
    const file = entry === '.' ? 'index.js' : `${entry.slice(2)}.js`;
    exports[entry] = `./${file}`;
    await writeFile(join(folder, file), `export * from '${relative(folder, join(out, path))}';\n`);
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, type: 'module', exports }));
}
