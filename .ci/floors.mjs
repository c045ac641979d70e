// node .ci/floors.mjs: draws the floors of .dependency-cruiser.mjs into CONTRIBUTING.md, between its markers.
// With --check it writes nothing, and exits 1 when the picture is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { FLOORS } from '../.dependency-cruiser.mjs';

const PAGE = 'CONTRIBUTING.md';
const BEGIN = '<!-- floors: node .ci/floors.mjs -->\n';
const END = '<!-- /floors -->';

const folders = Object.keys(FLOORS);
const below = (folder) => FLOORS[folder].filter((name) => folders.includes(name) && name !== folder);

/** All folders that one folder may reach, however many steps below. */
const reach = (folder, seen = new Set()) => {
  for (const name of below(folder)) if (!seen.has(name)) reach(name, seen.add(name));
  return seen;
};
const reached = new Map(folders.map((folder) => [folder, reach(folder)]));

/**
 * Folders that may import each other stand on one floor; every other floor lies above all that it may import.
 */
const height = (folder) => {
  const lower = [...reached.get(folder)].filter((name) => !reached.get(name).has(folder));
  return 1 + Math.max(0, ...lower.map(height));
};

const floors = new Map();
for (const folder of folders) {
  const floor = height(folder);
  floors.set(floor, [...(floors.get(floor) ?? []), folder]);
}
const picture = [...floors]
  .sort(([one], [other]) => other - one)
  .map(([floor, names]) => `${String(floor).padStart(2)}  ${names.map((name) => `${name}/`).join('  ')}\n`)
  .join('');

const page = readFileSync(PAGE, 'utf8');
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`${PAGE} must hold the lines ${BEGIN.trim()} and ${END}`);
const current = `${before}${BEGIN}\`\`\`\n${picture}\`\`\`\n${END}${after}`;
if (current !== page && process.argv.includes('--check')) {
  console.error(`${PAGE} shows old floors; run node .ci/floors.mjs`);
  process.exit(1);
}
if (current !== page) writeFileSync(PAGE, current);
