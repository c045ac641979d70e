// Installs the packed tarballs into the apps of test/hosts, as their authors would:
//
//   node .ci/hosts.mjs [--update] [host]...
//
// Each host is built with its own settings (`skipLibCheck: false`), started, sends one message through the
// simulator's command, closes twice, and runs its own test. Needs `npm run build:packages` before. A host
// whose database server is not named (TEST_POSTGRES_URL, TEST_MYSQL_URL) is skipped, or fails with
// TEST_SERVERS=required.
//
// The tarballs are no part of the locks' integrity: they change with each build. `--update` writes the locks
// anew, by an install without one, which is also what tells whether the peers fit together.
import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { manifestOf, PACKAGES, ROOT } from './packages.mjs';

const TEMPLATES = join(ROOT, 'test/hosts');
const require = createRequire(import.meta.url);
const run = promisify(execFile);

const HOSTS = {
  'nest11-cjs': {},
  'nest11-oldest': { database: 'TEST_POSTGRES_URL' },
  'nest12-esm': {},
  'nest12-cjs': { database: 'TEST_MYSQL_URL' },
};
/** As many as there are cores that are not needed by the other's server. */
const AT_ONCE = 2;
const ACCOUNT = { appId: 'wx1', appSecret: 'secret', kind: 'official-account', templates: ['T1'] };
const PATIENCE_MS = 60_000;

const options = process.argv.slice(2);
const isUpdate = options.includes('--update');
const names = options.filter((name) => !name.startsWith('--'));
const unknown = names.filter((name) => !HOSTS[name]);
if (unknown.length > 0) throw new Error(`no such host: ${unknown.join(', ')}`);

const scratch = mkdtempSync(join(tmpdir(), 'hosts-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const packed = join(scratch, 'packed');

/** The tarballs as npm would publish them; publint and attw look at them. */
async function pack() {
  mkdirSync(packed);
  await Promise.all(
    Object.entries(PACKAGES).map(async ([name, folder]) => {
      const from = join(ROOT, folder);
      if (!existsSync(join(from, 'dist'))) throw new Error(`${name} is not built: npm run build:packages`);
      const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', packed];
      const { stdout } = await run('npm', args, { cwd: from });
      const { filename, files } = JSON.parse(stdout)[0];
      refuseDeadPaths(from, files);
      const tarball = join(packed, `${name}.tgz`);
      cpSync(join(packed, filename), tarball);
      await checked(name, 'publint', [tarball, '--strict']);
      if (manifestOf(folder).types) await checked(name, 'attw', [tarball]);
    }),
  );
}

/** What a README names of its package must be in it: files below dist/, and what it links to. */
function refuseDeadPaths(folder, files) {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  const named = [...text.matchAll(/`(dist\/[^`\s]+)`|\]\((?!https?:|#)([^)#]+)/g)].map(
    ([, path, link]) => path ?? link,
  );
  const packed = new Set(files.map(({ path }) => path));
  const dead = named.filter((path) => !packed.has(path));
  if (dead.length > 0) throw new Error(`${folder}/README.md names what is not packed: ${dead.join(', ')}`);
}

async function checked(name, tool, args) {
  await run(process.execPath, [binOf(tool), ...args]).catch(({ stdout, stderr }) => {
    throw new Error(`${tool} objects to ${name}:\n${stdout}${stderr}`);
  });
}

function binOf(tool) {
  const folder = join(ROOT, 'node_modules', tool === 'attw' ? '@arethetypeswrong/cli' : tool);
  const { bin } = require(join(folder, 'package.json'));
  return join(folder, typeof bin === 'string' ? bin : bin[tool]);
}

async function attempt(name) {
  const seconds = {};
  const timed = async (step, action) => {
    const start = performance.now();
    await action();
    seconds[step] = (performance.now() - start) / 1000;
  };
  const folder = join(scratch, name);
  const variable = HOSTS[name].database;
  const server = variable && process.env[variable];
  if (variable && !server) {
    const message = `${variable} is not set`;
    return process.env.TEST_SERVERS === 'required'
      ? { name, seconds, error: message }
      : { name, skipped: message };
  }
  const database = server && (await databaseOn(server, name));
  try {
    await timed('install', () => install(name, folder));
    await timed('build', () => npm(folder, ['run', 'build']));
    await timed('classes', () => compareClasses(folder));
    await timed('send', () => sendOne(folder, database?.url));
    await timed('test', () => npm(folder, ['test'], { DATABASE_URL: database?.url }));
    return { name, seconds };
  } catch (error) {
    return { name, seconds, error: `${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}` };
  } finally {
    await database?.drop();
  }
}

async function install(name, folder) {
  cpSync(join(TEMPLATES, name), folder, { recursive: true });
  symlinkSync(packed, join(folder, 'packed'));
  const lock = join(TEMPLATES, name, 'package-lock.json');
  if (isUpdate) {
    rmSync(join(folder, 'package-lock.json'), { force: true });
    await npm(folder, ['install', ...QUIET]);
    const written = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    for (const one of Object.keys(PACKAGES)) delete written.packages[`node_modules/${one}`]?.integrity;
    forgetOtherPlatforms(written);
    writeFileSync(lock, `${JSON.stringify(written, null, 2)}\n`);
  } else {
    for (const one of Object.keys(PACKAGES)) refuseOldLock(one, JSON.parse(readFileSync(lock, 'utf8')));
    await npm(folder, ['ci', ...QUIET]);
  }
  takeCompiled(folder);
}

/**
 * A registry that serves packages of one platform only makes `npm install` write a lock that `npm ci` refuses
 * (npm/cli#9846): it names optional packages that are not in it. Hosts run where this ran.
 */
function forgetOtherPlatforms({ packages }) {
  const present = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  for (const { optionalDependencies = {} } of Object.values(packages))
    for (const name of Object.keys(optionalDependencies))
      if (!present.has(name)) delete optionalDependencies[name];
}

// Scripts are not needed but for the SQLite driver, and that is compiled here already.
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];

/** What a lock knows of a package is what npm believes: it has to be what the package says today. */
function refuseOldLock(name, { packages }) {
  const known = packages[`node_modules/${name}`] ?? {};
  const manifest = manifestOf(PACKAGES[name]);
  for (const key of ['dependencies', 'peerDependencies'])
    if (JSON.stringify(sorted(known[key])) !== JSON.stringify(sorted(manifest[key])))
      throw new Error(`${key} of ${name} changed since the lock was written: node .ci/hosts.mjs --update`);
}

/** Ours are told apart by nobody here: a release changes their versions. */
const sorted = (versions = {}) =>
  Object.entries(versions)
    .filter(([name]) => !PACKAGES[name])
    .sort();

/** Compiling it takes a minute, once in this repository is enough. */
function takeCompiled(folder) {
  const driver = join(folder, 'node_modules/better-sqlite3');
  if (!existsSync(driver)) return;
  const ours = join(ROOT, 'node_modules/better-sqlite3');
  const [theirs, known] = [driver, ours].map((path) => require(join(path, 'package.json')).version);
  if (theirs !== known) throw new Error(`the host has better-sqlite3 ${theirs}, the workspace ${known}`);
  cpSync(join(ours, 'build'), join(driver, 'build'), { recursive: true });
}

/** One process that imports and requires gets the same classes, and all names that the types promise. */
async function compareClasses(folder) {
  const script = `
    import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/');
    const { exports } = require('nestjs-weixin-subscribe/package.json');
    const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
    for (const name of [...entries.map((entry) => 'nestjs-weixin-subscribe' + entry.slice(1)), 'nestjs-weixin-subscribe-console', 'weixin-simulator']) {
      const [imported, required] = [await import(name), require(name)];
      const others = Object.keys(required).filter((key) => imported[key] !== required[key]);
      if (others.length > 0) throw new Error(name + ': import and require differ in ' + others);
      if (Object.keys(required).length === 0) throw new Error(name + ' is empty');
    }`;
  const from = join(folder, 'compare-classes.mjs');
  writeFileSync(from, script);
  await run(process.execPath, [from], { cwd: folder });
}

/** Ask, confirm, come back, send; the second send finds no permission. Then the host closes, twice. */
async function sendOne(folder, databaseUrl) {
  const config = join(folder, 'simulator.json');
  const account = { ...ACCOUNT, businessDomains: ['127.0.0.1'] };
  writeFileSync(config, JSON.stringify({ accounts: [account], people: ['xiaoming'] }));
  const command = join(folder, 'node_modules/.bin/weixin-simulator');
  const simulator = new Line(folder, [command, '--port', '0', '--config', config]);
  const weixin = await simulator.find(/simulator at (\S+)/);
  const host = new Line(folder, [join(folder, 'dist/main.js')], {
    DATABASE_URL: databaseUrl,
    WEIXIN_URL: weixin,
    WEIXIN_APP_ID: ACCOUNT.appId,
    WEIXIN_APP_SECRET: ACCOUNT.appSecret,
  });
  try {
    const url = await host.find(/listening: (\S+)/);
    const asked = await fetch(`${url}/weixin/authorize?appId=wx1&templateId=T1&scene=42&returnTo=/`, BY_HAND);
    const cookie = asked.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const confirm = { url: asked.headers.get('location'), answer: 'confirm', person: 'xiaoming' };
    const { redirectTo } = await (await post(`${weixin}/_simulator/tap`, confirm)).json();
    const { pathname, search } = new URL(redirectTo);
    const back = await fetch(url + pathname + search, { ...BY_HAND, headers: { cookie } });
    expect('coming back', back.status, 302);
    const { openid } = await get(`${weixin}/_simulator/openid?person=xiaoming&appId=wx1`);
    expect('the first message', (await post(`${url}/reminders`, { openid })).status, 201);
    expect('a second one', (await post(`${url}/reminders`, { openid })).status, 409);
    const inbox = await get(`${weixin}/_simulator/inbox?openid=${openid}`);
    expect('messages in the inbox', inbox.length, 1);
    const { status, headers } = await post(`${url}/reminders`, { openid, padding: 'x'.repeat(2_000_000) });
    expect(
      'too large a body',
      `${status} ${headers.get('content-type')?.split(';')[0]}`,
      '413 application/problem+json',
    );
    host.signal('SIGTERM');
    await host.find(/(closed twice)/);
    expect('exit code of the host', await host.ended, 0);
  } finally {
    host.signal('SIGKILL');
    simulator.signal('SIGTERM');
    await simulator.ended;
  }
}

const BY_HAND = { redirect: 'manual' };
const get = async (url) => (await fetch(url)).json();
const post = (url, body) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

function expect(what, received, wanted) {
  if (received !== wanted) throw new Error(`${what}: expected ${wanted}, received ${received}`);
}

/** A process of Node's, and what it prints line by line. */
class Line {
  output = [];

  constructor(folder, args, env = {}) {
    this.process = spawn(process.execPath, args, {
      cwd: folder,
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => this.process.once('close', resolve));
    for (const stream of [this.process.stdout, this.process.stderr])
      createInterface({ input: stream }).on('line', (line) => this.output.push(line));
  }

  async find(pattern) {
    const until = Date.now() + PATIENCE_MS;
    let isOver = false;
    void this.ended.then(() => {
      isOver = true;
    });
    for (;;) {
      const isLast = isOver || Date.now() > until;
      const found = this.output.map((line) => pattern.exec(line)?.[1]).find((match) => match !== undefined);
      if (found !== undefined) return found;
      if (isLast) throw new Error(`${pattern} is not in the output:\n${this.output.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  signal(name) {
    this.process.kill(name);
  }
}

/** Of npm and Node's own settings, which a run of this repository has made, only where npm gets packages. */
const NOT_OURS =
  /^(npm_(?!config_(registry|cache|userconfig|cafile|https?_proxy|noproxy)$)|NODE_OPTIONS$|TEST_)/i;

function environment(more) {
  const kept = Object.entries(process.env).filter(([name]) => !NOT_OURS.test(name));
  return { ...Object.fromEntries(kept), CI: 'true', NO_COLOR: '1', ...more };
}

function npm(folder, args, env = {}) {
  return run('npm', args, { cwd: folder, env: environment(env), maxBuffer: 32 * 1024 * 1024 });
}

/** A database of its own on that server. */
async function databaseOn(server, name) {
  const database = `weixin_host_${name.replaceAll('-', '_')}_${process.pid}`;
  const url = new URL(server);
  url.pathname = `/${database}`;
  await statement(server, `CREATE DATABASE ${database}`);
  return { url: url.href, drop: () => statement(server, `DROP DATABASE ${database}`) };
}

async function statement(server, sql) {
  if (server.startsWith('postgres')) {
    const { Client } = require('pg');
    const client = new Client({ connectionString: server });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  } else {
    const connection = await require('mysql2/promise').createConnection(server);
    await connection.query(sql).finally(() => connection.end());
  }
}

async function inParallel(all, atOnce, action) {
  const waiting = [...all.keys()];
  const done = [];
  const worker = async () => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) done[at] = await action(all[at]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

function tableOf(results) {
  const versions = (name) => {
    const { dependencies: all } = require(join(TEMPLATES, name, 'package.json'));
    return `Nest ${all['@nestjs/core']}, TypeORM ${all.typeorm ?? '-'}`;
  };
  const lines = results.map(({ name, seconds, skipped, error }) => {
    const steps = Object.entries(seconds ?? {}).map(([step, taken]) => `${step} ${taken.toFixed(1)} s`);
    const end = skipped ? `skipped: ${skipped}` : error ? 'FAILED' : 'ok';
    return `${name.padEnd(14)} ${versions(name).padEnd(28)} ${end.padEnd(7)} ${steps.join(', ')}`;
  });
  const errors = results.filter(({ error }) => error).map(({ name, error }) => `\n${name}: ${error}`);
  return [...errors, '', ...lines].join('\n');
}

await pack();
const results = await inParallel(names.length > 0 ? names : Object.keys(HOSTS), AT_ONCE, attempt);
console.log(tableOf(results));
if (results.some(({ error }) => error)) process.exitCode = 1;
