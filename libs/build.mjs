// Builds a package of this repository into its dist/: node libs/build.mjs <folder>...
//
// The code is there once, as CommonJS (dist/cjs), so that a process that both imports and requires the
// package has one class of each name; docs/decisions/versions.md has the reasons. It is one file,
// library.js, in one scope: finding and reading some 600 files takes longer than running them, and of
// modules that are functions of their own the engine reads all code twice, to find where they end and to run
// them. What an entry point of ALONE needs is a file of its own, which library.js requires. For `require`
// there is a file per entry point that hands on its names, for `import` one (dist/esm) that hands on those.
// Declarations are there twice: TypeScript reads them as ESM or as CommonJS, and resolves the packages they
// name accordingly.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rollup } from 'rollup';
import { parseAst } from 'rollup/parseAst';

const ROOT = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const ts = require('typescript');
const tsc = require.resolve('typescript/bin/tsc');

/** Entry points that hosts use without the main one: they must not load all of it. */
const ALONE = ['token'];

/** What a start does without: reading XML, schedules of broadcasts, and calling WeChat. */
const LATE = ['fast-xml-parser', 'croner', './undici.js'];

/**
 * The index of undici loads fetch, WebSocket, mocks and caches too: a quarter of what importing this library
 * costs, and it sets a dispatcher that Node's own fetch uses from then on. Of the package we need two files.
 * They are no public paths: should a later 7.x move them, the index is loaded.
 */
const UNDICI_IN_PARTS = `'use strict';
try {
  exports.Pool = require('undici/lib/dispatcher/pool.js');
  exports.buildConnector = require('undici/lib/core/connect.js');
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND' && error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
  ({ Pool: exports.Pool, buildConnector: exports.buildConnector } = require('undici'));
}
`;

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
  compile(folder, 'tsconfig.cjs.json');
  writeFileSync(join(folder, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n');

  const commands = Object.values(manifest.bin ?? {}).map((path) => join(folder, path));
  const fromCommands = commands.flatMap((path) => importsOf(path));
  const fromExports = entries.map((entry) => join(folder, entry.import.default));
  const paths = [...new Set([...fromExports, ...fromCommands])];
  const exported = await bundle(join(folder, 'dist'), paths);
  for (const file of filesOf(join(folder, 'dist/esm')))
    if (file.endsWith('.js') && !commands.includes(file)) rmSync(file);
  for (const path of paths) await writeEntry(folder, path, exported.get(path));
}

/**
 * One file for bundlers and browsers (ESM), and one for everything else (UMD): mini-programs take a package's
 * `main` as it is, and a page may load it with a script tag, where it is `WeixinSubscribeClient`.
 */
async function bundleForFrontEnds(folder, manifest) {
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
  for (const file of filesOf(join(folder, 'dist'))) if (file.endsWith('.d.ts')) admitUndefined(file);
}

/**
 * To us a member that is `undefined` is one that is not there. Hosts that compile with
 * `exactOptionalPropertyTypes` may pass one, such as `process.env.X`, only where its type says so; to all
 * others this says what `?` says already.
 */
function admitUndefined(path) {
  const text = readFileSync(path, 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const types = [];
  const look = (node) => {
    const isMember = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node);
    if (isMember && node.questionToken && node.type && !admits(node.type)) types.push(node.type);
    ts.forEachChild(node, look);
  };
  look(source);
  // A member may stand in the type of another: what is written behind one must not move the start of that.
  const marks = types.flatMap((type) => {
    const isOpen = ts.isFunctionTypeNode(type) || ts.isConstructorTypeNode(type) || ts.isConditionalTypeNode(type);
    return isOpen
      ? [{ at: type.getStart(), text: '(' }, { at: type.end, text: ') | undefined' }]
      : [{ at: type.end, text: ' | undefined' }];
  });
  const admitting = marks
    .sort((one, other) => other.at - one.at)
    .reduce((written, { at, text: mark }) => written.slice(0, at) + mark + written.slice(at), text);
  if (marks.length > 0) writeFileSync(path, admitting);
}

function admits(type) {
  return type.kind === ts.SyntaxKind.UndefinedKeyword || (ts.isUnionTypeNode(type) && type.types.some(admits));
}

/** The files of the package that an ESM file imports. */
function importsOf(path) {
  const imports = readFileSync(path, 'utf8').matchAll(/^import .* from '(\..*)';$/gm);
  return [...imports].map(([, specifier]) => join(dirname(path), specifier));
}

/**
 * Makes dist/cjs of what was compiled into dist/esm.
 *
 * @param paths the entry points, in dist/esm
 * @returns the names that each of them exports
 */
async function bundle(dist, paths) {
  let chunks;
  const built = await rollup({
    input: Object.fromEntries(paths.map((path) => [nameOf(dist, path), path])),
    external: (id) => /^[^./\0]/.test(id) && id !== 'tslib',
    plugins: [
      {
        name: 'library',
        // The helpers of TypeScript's decorators go into the file, once; every other package stays outside.
        resolveId: (id) => (id === 'tslib' ? require.resolve('tslib/tslib.es6.mjs') : null),
        load: withoutComments,
      },
    ],
    onwarn({ message }) {
      throw new Error(message);
    },
  });
  const { output } = await built.write({
    dir: join(dist, 'cjs'),
    format: 'cjs',
    // Jest loads no ESM where it runs CommonJS.
    dynamicImportInCjs: false,
    interop: 'auto',
    externalLiveBindings: false,
    hoistTransitiveImports: false,
    generatedCode: { preset: 'es2015', symbols: false },
    chunkFileNames: '[name].js',
    paths: { undici: './undici.js' },
    manualChunks(id, graph) {
      chunks ??= chunksOf(paths, dist, graph);
      return chunks.get(id);
    },
    plugins: [{ name: 'finished', renderChunk: (code) => ({ code: inAscii(bound(code)), map: null }) }],
  });
  await built.close();
  const callers = output.filter(({ code }) => code.includes("require('./undici.js')"));
  if (callers.some(({ fileName }) => fileName.includes('/'))) throw new Error('undici.js is not beside its caller');
  if (callers.length > 0) writeFileSync(join(dist, 'cjs/undici.js'), UNDICI_IN_PARTS);
  const renamed = output.flatMap(({ code }) => code.match(/\bclass \w+\$\d+/g) ?? []);
  // Logs and errors show the name of a class, and TypeORM knows a migration by it.
  if (renamed.length > 0) throw new Error(`two classes of one name: ${renamed.join(', ')}`);
  const entries = output.filter(({ isEntry }) => isEntry);
  return new Map(entries.map(({ facadeModuleId, exports }) => [facadeModuleId, exports]));
}

/** The file of each module: see the head of this one. */
function chunksOf(paths, dist, graph) {
  const chunks = new Map();
  for (const name of ['index', ...ALONE]) {
    const entry = paths.find((path) => nameOf(dist, path) === name);
    const chunk = name === 'index' ? 'library' : `${name}-library`;
    if (entry) for (const id of importedBy(entry, graph)) chunks.set(id, chunk);
  }
  for (const path of paths) chunks.delete(path);
  return chunks;
}

function importedBy(path, { getModuleInfo }, found = new Set()) {
  found.add(path);
  for (const id of getModuleInfo(path)?.importedIds ?? [])
    if (!found.has(id)) importedBy(id, { getModuleInfo }, found);
  return found;
}

function nameOf(dist, path) {
  return relative(join(dist, 'esm'), path).replace(/\.js$/, '');
}

/** They are a quarter of the code, and for whoever reads the declarations. */
function withoutComments(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  return ts.createPrinter({ removeComments: true }).printFile(source);
}

/**
 * Names of our other files become constants. The bundler asks `exports` each time, in case a value changes,
 * and an object of hundreds of properties is slow to ask; but all of a file has run when `require` returns.
 * Packages of LATE are required where they are used.
 */
function bound(code) {
  const getter =
    /Object\.defineProperty\(exports, "(\w+)", \{\s+enumerable: true,\s+get: \(\) => (\w+\.\w+)\s+\}\);/g;
  const text = code.replace(getter, 'exports.$1 = $2;');
  const required = /^const (\w+) = (require\('([^']+)'\));$/gm;
  const late = new Set();
  const constants = new Map();
  for (const [, file, , path] of text.matchAll(required))
    if (LATE.includes(path)) late.add(file);
    else if (path.startsWith('.')) constants.set(file, new Set());
  const uses = [];
  visit(parseAst(text), ({ type, object, property, start, end }) => {
    if (type !== 'MemberExpression') return;
    const { name: file } = object;
    const { name } = property;
    constants.get(file)?.add(name);
    if (constants.has(file)) uses.push({ start, end, as: `${file}$${name}` });
    if (late.has(file)) uses.push({ start, end, as: `(${file}().${name})` });
  });
  let rest = 0;
  const parts = uses
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, as }) => {
      const part = text.slice(rest, start) + as;
      rest = end;
      return part;
    });
  return (parts.join('') + text.slice(rest)).replace(required, (line, file, module) => {
    if (late.has(file)) return `const ${file} = () => ${module};`;
    if (!constants.has(file)) return line;
    const names = [...constants.get(file)].map((name) => `  ${name}: ${file}$${name},\n`);
    return `const {\n${names.join('')}} = ${module};`;
  });
}

function visit(node, look) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.type === 'string') look(node);
  for (const child of Object.values(node)) visit(child, look);
}

/** V8 keeps the whole file in two bytes a character where one needs them. */
function inAscii(code) {
  return code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Every name is written down: not every tool finds out what `export *` from CommonJS holds. */
async function writeEntry(folder, path, exported) {
  const target = join(folder, 'dist/cjs', relative(join(folder, 'dist/esm'), path));
  const names = exported.map((name) => `  ${name},\n`).join('');
  writeFileSync(path, `export {\n${names}} from '${relative(dirname(path), target)}';\n`);
  const imported = await import(pathToFileURL(path).href);
  const missing = exported.filter((name) => imported[name] === undefined);
  if (missing.length > 0) throw new Error(`${path} lacks ${missing.join(', ')}`);
  const renamed = exported.filter((name) => typeof imported[name] === 'function' && imported[name].name !== name);
  if (renamed.length > 0)
    throw new Error(`${path}: ${renamed.map((name) => `${name} is called ${imported[name].name}`).join(', ')}`);
}

function filesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}
