import { readFileSync } from 'node:fs';
import { DEFAULT_BEHAVIOUR } from 'weixin-simulator';
import { FAULT_KINDS } from '../../libs/weixin-simulator/src/fault/fault.js';
import { closeSimulators, startSimulator } from './support.js';

afterEach(closeSimulators);

const readme = readFileSync('libs/weixin-simulator/README.md', 'utf8');

it('lists every switch with its default', () => {
  const listed = [...readme.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(Object.entries(DEFAULT_BEHAVIOUR).map(([name, value]) => [name, String(value)])),
  );
});

it('names every fault', () => {
  for (const kind of FAULT_KINDS) expect(readme).toContain(`\`${kind}\``);
});

it('names every route of the control API', async () => {
  const { url } = await startSimulator();
  const { known } = (await (await fetch(`${url}/_simulator/nothing`)).json()) as { known: string[] };
  expect(known.length).toBeGreaterThan(20);
  for (const route of known) expect(readme).toContain(route.split(' ')[1]);
});
