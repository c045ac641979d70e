import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARY = 'libs/weixin-subscribe/src';
const page = readFileSync('docs/architecture.md', 'utf8');

/** `path/of/file.ts`, and the functions named right after it. */
const named = [...page.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.ts)`((?:,? `\w+\(\)`)*)/g)].map(
  ([, path, calls]) => ({
    path,
    functions: [...calls.matchAll(/`(\w+)\(\)`/g)].map(([, name]) => name),
  }),
);

const pathOf = (path: string) => [path, join(LIBRARY, path)].find((candidate) => existsSync(candidate));

describe('the page about the architecture', () => {
  it('names files that exist, by their paths', () => {
    expect(named.length).toBeGreaterThan(40);
    const templates = ({ path }: { path: string }) => path.startsWith('x.');
    expect(named.filter((one) => !templates(one) && !pathOf(one.path)).map(({ path }) => path)).toEqual([]);
  });

  it('names functions of those files', () => {
    const missing = named.flatMap(({ path, functions }) => {
      const text = readFileSync(pathOf(path) ?? '/dev/null', 'utf8');
      return functions
        .filter((name) => !new RegExp(`\\b${name}\\b[<(]`).test(text))
        .map((name) => `${path} ${name}()`);
    });
    expect(missing).toEqual([]);
  });

  it('names every room', () => {
    const contributing = readFileSync('CONTRIBUTING.md', 'utf8');
    const [, floors = ''] = contributing.match(/<!-- floors[^\n]*\n```\n([^`]*)```/) ?? [];
    const rooms = [...floors.matchAll(/[\w-]+\//g)].map(([room]) => room);
    expect(rooms.length).toBeGreaterThan(10);
    expect(rooms.filter((room) => !page.includes(`\`${room}`))).toEqual([]);
  });
});
