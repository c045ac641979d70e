import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import * as broadcast from 'nestjs-weixin-subscribe/broadcast';
import * as history from 'nestjs-weixin-subscribe/history';
import * as review from 'nestjs-weixin-subscribe/review';
import * as library from './index.js';

/** The names of an index, values and types: a change of these is a change of the public surface. */
const namesOf = (room: string): string[] =>
  [...readFileSync(`libs/weixin-subscribe/src/${room}/index.ts`, 'utf8').matchAll(/\{([^}]*)\}/g)]
    .flatMap(([, names]) => names.split(','))
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '')
    .sort();

const rooms = [
  ...readFileSync('libs/weixin-subscribe/src/index.ts', 'utf8').matchAll(/\* from '\.\/(.*)\/index/g),
];

it.each(rooms.map(([, room]) => room))('the room %s exports exactly these names, types as well', (room) => {
  expect(namesOf(room)).toMatchSnapshot();
});

it('the library itself exports exactly these of what belongs to no room', () => {
  expect(namesOf('.')).toMatchSnapshot();
});

describe.each([
  ['broadcast', broadcast],
  ['history', history],
  ['review', review],
])('nestjs-weixin-subscribe/%s', (_room, entry) => {
  it('exports the same classes as the library itself', () => {
    expect(Object.keys(entry).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(entry))
      expect([name, (library as Record<string, unknown>)[name] === value]).toEqual([name, true]);
  });
});

it('every exported class and function has the name that it is exported by', () => {
  const functions = Object.entries(library).filter(([, value]) => typeof value === 'function') as [
    string,
    () => void,
  ][];
  expect(functions.length).toBeGreaterThan(50);
  expect(functions.map(([, { name }]) => name)).toEqual(functions.map(([name]) => name));
});

it('the entry points are the same for packages, for TypeScript and for tests', () => {
  const read = (path: string) => readFileSync(path, 'utf8');
  const { exports, typesVersions } = JSON.parse(read('libs/weixin-subscribe/package.json'));
  const entries = Object.keys(exports).filter((name) => name !== './package.json' && name !== '.');
  expect(entries.sort()).toEqual([
    './broadcast',
    './history',
    './openapi',
    './review',
    './testing',
    './token',
  ]);
  expect(
    Object.keys(typesVersions['*'])
      .map((name) => `./${name}`)
      .sort(),
  ).toEqual(entries);
  for (const name of entries) {
    expect(read('tsconfig.json')).toContain(`"nestjs-weixin-subscribe/${name.slice(2)}"`);
    expect(read('jest.config.mjs')).toContain(`^nestjs-weixin-subscribe/${name.slice(2)}$`);
  }
});
