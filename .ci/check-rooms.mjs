// node .ci/check-rooms.mjs: knowledge goes down only, as imports do. A table is named in the room (top folder) that owns
// its entity and nowhere else, and the ground floor names no table at all. Migrations, which no longer change, are left out.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const SRC = 'libs/weixin-subscribe/src';
const GROUND = ['kernel', 'sql', 'http', 'upkeep'];

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /(?<!\.spec)\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path, room: relative(SRC, path).split('/')[0], text: readFileSync(path, 'utf8') }))
  .filter(({ room }) => room !== 'migrations');

/** Table → the room of its entity. */
const owners = new Map(
  files.flatMap(({ room, text }) =>
    [...text.matchAll(/@Entity\(`\$\{TABLE_PREFIX\}(\w+)`\)/g)].map(([, table]) => [`weixin_${table}`, room]),
  ),
);
if (owners.size === 0) throw new Error(`no entity found below ${SRC}`);

const named = new RegExp(`\\b(?:${[...owners.keys()].join('|')})\\b`, 'g');
const wrong = files.flatMap(({ path, room, text }) =>
  [...new Set(text.match(named))]
    .filter((table) => GROUND.includes(room) || owners.get(table) !== room)
    .map((table) => `${path} names ${table}, a table of ${owners.get(table)}/`),
);
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exit(1);
console.log(`rooms: ${owners.size} tables, each named in its own room only`);
