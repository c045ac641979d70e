// node .ci/complete-lock.mjs: adds to package-lock.json the optional packages of other platforms that npm
// left out. A registry that serves only this platform's packages makes `npm install` write a lock which the
// `npm ci` of npm 11.19 then refuses ("Missing: … from lock file", npm/cli#9846). Run it after every change
// of dependencies.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = ['x64', 'arm64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'arm', 'wasm32'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const added = [];

for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (found(path, name)) continue;
    const words = name.split(/[-/]/);
    const os = OS.find((word) => words.includes(word));
    const cpu = CPU.find((word) => words.includes(word));
    if (!os || !cpu || !/^\d/.test(version)) {
      console.error(
        `${name}@${version} of ${path}: no platform in its name, or no exact version; add it by hand`,
      );
      process.exitCode = 1;
      continue;
    }
    const libc = /-musl/.test(name) ? ['musl'] : /linux.*-gnu/.test(name) ? ['glibc'] : undefined;
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(parent.dev && { dev: true }),
      ...(libc && { libc }),
      optional: true,
      os: [os],
    };
    added.push(name);
  }
}

lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
if (added.length) writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} optional packages of other platforms added to package-lock.json`);

/** As npm resolves it: in the folder of the parent, or in any above. */
function found(path, name) {
  for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    if (lock.packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (!folder.includes('/node_modules/')) return Boolean(lock.packages[`node_modules/${name}`]);
  }
}
