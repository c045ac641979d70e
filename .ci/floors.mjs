// node .ci/floors.mjs: draws the floors of .dependency-cruiser.mjs into CONTRIBUTING.md, between its markers,
// and as docs/pictures/rooms.svg. With --check it writes nothing, and exits 1 when one is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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

const BOX = { height: 38, gap: 14, side: 20, top: 20, floorHeight: 64, letter: 8.4, padding: 28, width: 860 };
const COLORS = { box: '#e9f7ef', border: '#07763a', text: '#14301f', floor: '#f6f8f7' };

/** The same as a drawing: a room imports rooms of lower rows only. */
function drawing() {
  const rows = [...floors].sort(([one], [other]) => other - one);
  const parts = rows.map(([, names], row) => {
    const y = BOX.top + row * BOX.floorHeight;
    const widths = names.map((name) => name.length * BOX.letter + BOX.padding);
    const total = widths.reduce((sum, width) => sum + width + BOX.gap, -BOX.gap);
    let x = (BOX.width - total) / 2;
    const boxes = names.map((name, index) => {
      const at = x;
      x += widths[index] + BOX.gap;
      const middle = at + widths[index] / 2;
      return (
        `<rect x="${at.toFixed(1)}" y="${y + 9}" width="${widths[index].toFixed(1)}" height="${BOX.height}" rx="8" ` +
        `fill="${COLORS.box}" stroke="${COLORS.border}"/>` +
        `<text x="${middle.toFixed(1)}" y="${y + 33}" fill="${COLORS.text}" text-anchor="middle">${name}</text>`
      );
    });
    const floor = `<rect x="${BOX.side}" y="${y}" width="${BOX.width - 2 * BOX.side}" height="56" rx="10" fill="${COLORS.floor}"/>`;
    return [floor, ...boxes].join('\n');
  });
  const height = 2 * BOX.top + rows.length * BOX.floorHeight - 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${BOX.width} ${height}" role="img"
  aria-label="The rooms of the library by floor" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">
<rect width="${BOX.width}" height="${height}" rx="12" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

const page = readFileSync(PAGE, 'utf8');
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`${PAGE} must hold the lines ${BEGIN.trim()} and ${END}`);

const current = {
  [PAGE]: `${before}${BEGIN}\`\`\`\n${picture}\`\`\`\n${END}${after}`,
  'docs/pictures/rooms.svg': drawing(),
};
for (const [path, text] of Object.entries(current)) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${path} shows old floors; run node .ci/floors.mjs`);
    process.exit(1);
  }
  writeFileSync(path, text);
}
