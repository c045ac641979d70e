// Makes a release, and publishes nothing: npm run release -- <version | patch | minor | major>
//
// All packages get the version, the Unreleased section of CHANGELOG.md becomes that of the version, and both
// are committed and tagged. Pushing the tag publishes (.github/workflows/publish.yml).
// --check <tag> only tells whether the tag is that of all packages, and CHANGELOG.md has a section for it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edit, manifestOf, PACKAGES, ROOT } from './packages.mjs';

const VERSION = /^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?$/;
const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
const stop = (message) => {
  console.error(`release: ${message}`);
  process.exit(1);
};

const [first, tag] = process.argv.slice(2);
if (first === '--check') check(String(tag));
else release(first ?? '');

function release(wanted) {
  const { version: current } = manifestOf('.');
  const version = next(current, wanted);
  if (!VERSION.test(version)) stop('which version? patch, minor, major, or one like 1.2.3');
  if (git('status', '--porcelain') !== '') stop('there are changes that are not committed');
  if (git('tag', '--list', `v${version}`) !== '') stop(`v${version} is there already`);
  if (isOlder(version, current)) stop(`${version} is older than ${current}`);
  if (sectionOf('Unreleased') === '') stop('CHANGELOG.md has nothing under Unreleased');

  const ofPackage = [/"version": "[^"]+"/, `"version": "${version}"`];
  for (const folder of ['.', ...Object.values(PACKAGES)]) edit(`${folder}/package.json`, ofPackage);
  edit('package-lock.json', ofPackage, [
    /("packages": \{\s+"": \{[^{]*?"version": )"[^"]+"/,
    `$1"${version}"`,
  ]);
  edit('libs/weixin-subscribe-cli/package.json', [
    /"nestjs-weixin-subscribe": "\^[^"]+"/,
    `"nestjs-weixin-subscribe": "^${version}"`,
  ]);
  edit('libs/weixin-subscribe/src/openapi/weixin-open-api.ts', [
    /(title: 'WeChat subscription messages', version: )'[^']+'/,
    `$1'${version}'`,
  ]);
  const day = new Date().toISOString().slice(0, 10);
  edit('CHANGELOG.md', [/^## \[Unreleased\]$/m, `## [Unreleased]\n\n## [${version}] - ${day}`]);

  git('commit', '--all', '--quiet', '--message', `Release ${version}`);
  git(
    'tag',
    '--annotate',
    `v${version}`,
    '--message',
    `${version}\n\n${sectionOf(version)}`,
    '--cleanup=verbatim',
  );
  console.log(`release: v${version} is committed and tagged. git push --follow-tags publishes it.`);
}

function next(current, wanted) {
  const [major, minor, patch] = current.split(/[.-]/).map(Number);
  if (wanted === 'major') return `${major + 1}.0.0`;
  if (wanted === 'minor') return `${major}.${minor + 1}.0`;
  if (wanted === 'patch') return `${major}.${minor}.${patch + 1}`;
  return wanted;
}

/** The same version is fine as long as it has no tag: the first release is the version that is there. */
function isOlder(version, current) {
  const [a, b] = [version, current].map((one) => VERSION.exec(one).slice(1, 4).map(Number));
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && a[at] < b[at];
}

/** What CHANGELOG.md says of a version, without its heading. */
function sectionOf(name) {
  const sections = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').split(/^## /m);
  const section = sections.find((one) => one.startsWith(`[${name}]`)) ?? '';
  return section.split('\n').slice(1).join('\n').trim();
}

function check(name) {
  const others = ['.', ...Object.values(PACKAGES)].filter(
    (folder) => `v${manifestOf(folder).version}` !== name,
  );
  if (others.length > 0) stop(`${name} is not the version of ${others.join(', ')}`);
  if (sectionOf(name.slice(1)) === '') stop(`CHANGELOG.md has no section for ${name}`);
  console.log(`release: all packages are ${name}`);
}
