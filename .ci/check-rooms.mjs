// node .ci/check-rooms.mjs: knowledge goes down only, as imports do. A table is named in the room (top
// folder) that owns its entity and nowhere else, the ground names no error code of a room above it, and no
// room asks which database it runs on. Migrations are left out.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const SRC = 'libs/weixin-subscribe/src';
const GROUND = ['kernel', 'sql', 'http', 'upkeep'];

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /(?<!\.spec)\.ts$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path, room: relative(SRC, path).split('/')[0], text: readFileSync(path, 'utf8') }))
  .filter(({ room }) => room !== 'migrations');

/** Name → the room that defines it. */
function owners(definition, prefix = '') {
  const found = files.flatMap(({ room, text }) =>
    [...text.matchAll(definition)].map(([, name]) => [`${prefix}${name}`, room]),
  );
  if (found.length === 0) throw new Error(`${definition} is found nowhere below ${SRC}`);
  return new Map(found);
}

/** One line for each file that names what another room defines. */
const strangers = (names, of) =>
  files
    .filter(of)
    .flatMap(({ path, room, text }) =>
      [...new Set(text.match(new RegExp(`\\b(?:${[...names.keys()].join('|')})\\b`, 'g')))]
        .filter((name) => names.get(name) !== room)
        .map((name) => `${path} names ${name}, which is defined in ${names.get(name)}/`),
    );

const tables = owners(/@WeixinEntity\('(\w+)'\)/g, 'weixin_');
const codes = owners(/\bcode: '(WEIXIN_\w+)'/g);
const upstairs = new Map([...codes].filter(([, room]) => !GROUND.includes(room)));
/** What differs is a member of the dialect, or a table of dialects. */
const asking = files
  .filter(
    ({ room, text }) =>
      room !== 'sql' && /\bdialect(?:\.name)?\)? *[!=]==|case '(?:postgres|mysql|sqlite)'/.test(text),
  )
  .map(({ path }) => `${path} asks which dialect it is: see sql/dialect.ts`);
const wrong = [
  ...strangers(tables, () => true),
  ...strangers(upstairs, ({ room }) => GROUND.includes(room)),
  ...asking,
];
for (const line of wrong) console.error(line);
if (wrong.length > 0) process.exit(1);
console.log(`rooms: ${tables.size} tables and ${codes.size} error codes, each named where it belongs`);
