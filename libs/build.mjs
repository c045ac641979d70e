// Builds a package of this repository into its dist/: node libs/build.mjs <folder>...
//
// The code is there once, as CommonJS (dist/cjs), so that a process that both imports and requires the
// package has one class of each name; docs/decisions/versions.md has the reasons. It is one file,
// library.js, since finding and reading some 400 takes longer than running them; each module in it still runs
// when it is first required. For `require` there is a file per entry point that returns its module of that
// file, for `import` one (dist/esm) that hands on the names of the CommonJS one. Declarations are there
// twice: TypeScript reads them as ESM or as CommonJS, and resolves the packages they name accordingly.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const ts = require('typescript');
const tsc = require.resolve('typescript/bin/tsc');

/** The helpers of TypeScript's decorators go into the file, once; every other package stays outside. */
const helpersInside = {
  name: 'helpers-inside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^.]/ }, ({ path }) =>
      path === 'tslib' ? { path: require.resolve('tslib') } : { path, external: true },
    );
  },
};

/** The console requires the library by the name of its package, which is no package of node_modules here. */
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...more) {
  const path = request === 'nestjs-weixin-subscribe' ? join(ROOT, 'weixin-subscribe/dist/cjs/index.js') : request;
  return resolveFilename.call(this, path, ...more);
};

for (const folder of process.argv.slice(2)) await build(join(ROOT, folder));

async function build(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  // All packages have one version and one list of changes.
  copyFileSync(join(ROOT, '../CHANGELOG.md'), join(folder, 'CHANGELOG.md'));
  const page = join(folder, 'build-web.mjs');
  if (existsSync(page)) execFileSync(process.execPath, [page], { stdio: 'inherit' });
  compile(folder, 'tsconfig.lib.json');
  if (manifest.module) return bundleForFrontEnds(folder, manifest);
  const entries = Object.values(manifest.exports).filter((entry) => entry.import);
  if (entries.length === 0) return; // A command only: nobody requires it.
  for (const file of filesOf(join(folder, 'src'))) if (/(?<!spec)\.ts$/.test(file)) refuseShadows(file);
  // The bundler would take it for the bundle, which has that name, and leave out what is in it.
  if (existsSync(join(folder, 'src/library.ts'))) throw new Error(`${folder}/src/library.ts needs another name`);
  compile(folder, 'tsconfig.cjs.json');
  writeFileSync(join(folder, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n');

  const commands = Object.values(manifest.bin ?? {}).map((path) => join(folder, path));
  for (const file of filesOf(join(folder, 'dist/esm')))
    if (file.endsWith('.js') && !commands.includes(file)) rmSync(file);
  const fromCommands = commands.flatMap((path) => importsOf(path));
  const fromExports = entries.map((entry) => join(folder, entry.import.default));
  const paths = [...new Set([...fromExports, ...fromCommands])];
  const names = paths.map((path) => relative(join(folder, 'dist/esm'), path));
  const exported = names.map((name) => Object.keys(require(join(folder, 'dist/cjs', name))));
  await bundle(join(folder, 'dist/cjs'), names, exported);
  for (const [index, path] of paths.entries()) await writeEntry(folder, path, exported[index]);
}

/**
 * One file for bundlers and browsers (ESM), and one for everything else (UMD): mini-programs take a package's
 * `main` as it is, and a page may load it with a script tag, where it is `WeixinSubscribeClient`.
 */
async function bundleForFrontEnds(folder, manifest) {
  const { rollup } = await import('rollup');
  const compiled = join(folder, 'dist/types');
  const bundle = await rollup({ input: join(compiled, 'index.js') });
  await bundle.write({ file: join(folder, manifest.module), format: 'es' });
  await bundle.write({ file: join(folder, manifest.main), format: 'umd', name: 'WeixinSubscribeClient' });
  await bundle.close();
  for (const file of filesOf(compiled)) if (file.endsWith('.js')) rmSync(file);
  for (const declaration of ['index.d.ts', 'index.d.mts'])
    writeFileSync(join(folder, 'dist', declaration), "export * from './types/index.js';\n");
}

function compile(folder, config) {
  execFileSync(process.execPath, [tsc, '-p', join(folder, config)], { stdio: 'inherit' });
}

/**
 * TypeScript's CommonJS reads what a file exports from `exports`, and renames no variable of ours by that
 * name: where one is in scope, every exported value is undefined, in the build only.
 * @throws where a variable or a parameter is called `exports` or `require`
 */
function refuseShadows(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const visit = (node) => {
    const binds = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if (binds && ts.isIdentifier(node.name) && ['exports', 'require'].includes(node.name.text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.name.getStart(source));
      throw new Error(`${file}:${line + 1}: CommonJS needs the name "${node.name.text}": take another`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** The files of the package that an ESM file imports. */
function importsOf(path) {
  const imports = readFileSync(path, 'utf8').matchAll(/^import .* from '(\..*)';$/gm);
  return [...imports].map(([, specifier]) => join(dirname(path), specifier));
}

/** Puts the compiled files into library.js, and makes an entry of each of `names`. */
async function bundle(folder, names, exported) {
  const modules = names.map((name) => `${JSON.stringify(name)}: () => require('./${name}')`);
  const code = `module.exports = {\n${modules.join(',\n')}\n};`;
  const { outputFiles } = await esbuild.build({
    stdin: { contents: code, resolveDir: folder, sourcefile: 'library.js' },
    absWorkingDir: folder,
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', charset: 'utf8' },
    plugins: [helpersInside],
    write: false,
  });
  for (const file of filesOf(folder)) if (file.endsWith('.js')) rmSync(file);
  writeFileSync(join(folder, 'library.js'), outputFiles[0].text);
  for (const [index, name] of names.entries()) {
    const library = relative(join(folder, dirname(name)), join(folder, 'library.js'));
    const path = library.startsWith('.') ? library : `./${library}`;
    writeFileSync(
      join(folder, name),
      // The second line never runs: it is how Node finds the names that `import` may ask for.
      `'use strict';\nmodule.exports = require('${path}')[${JSON.stringify(name)}]();\n0 && (module.exports = { ${exported[index].join(', ')} });\n`,
    );
  }
}

/** Every name is written down: not every tool finds out what `export *` from CommonJS holds. */
async function writeEntry(folder, path, exported) {
  const target = join(folder, 'dist/cjs', relative(join(folder, 'dist/esm'), path));
  const names = exported.map((name) => `  ${name},\n`).join('');
  writeFileSync(path, `export {\n${names}} from '${relative(dirname(path), target)}';\n`);
  const imported = await import(pathToFileURL(path).href);
  const missing = exported.filter((name) => imported[name] === undefined);
  if (missing.length > 0) throw new Error(`${path} lacks ${missing.join(', ')}`);
}

function filesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}
