import { existsSync, readFileSync } from 'node:fs';
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

describe('the conformance table', () => {
  const rows = [...readme.matchAll(/^\| (\d+|§[\d.]+|–) \|(.+)\|$/gm)].map(([, row = '', rest = '']) => {
    const cells = rest.split('|').map((cell) => cell.trim());
    return { row, cells, switches: cells[3] ?? '', tests: (cells[4] ?? '').split(', ') };
  });

  it('has every row of the decision table, in order', () => {
    const numbers = rows.map(({ row }) => Number(row)).filter((number) => !Number.isNaN(number));
    expect(numbers).toEqual(Array.from({ length: 53 }, (_each, index) => index + 1));
  });

  it('names a source, a behaviour and a test file that exists', () => {
    for (const { cells, tests } of rows) {
      expect(cells).toHaveLength(5);
      expect(cells[1]).toMatch(/^(doc|peer|ours)(, (peer|ours))?$/);
      expect(cells[2]).not.toBe('');
      for (const test of tests)
        expect([test, existsSync(`test/simulator/${test}.spec.ts`)]).toEqual([test, true]);
    }
  });

  it('names every switch, and only what can be switched', () => {
    const named = rows.flatMap(({ switches }) =>
      [...switches.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    const account = [
      'ipWhitelist',
      'secretFrozen',
      'unauthorized',
      'banned',
      'limited',
      'tokenRefusal',
      'push',
      'subscribeTemplates',
      'formTemplates',
      'pages',
      'subscribeBanned',
      'sentFailure',
      'apiSecurity',
      'jsDomains',
      'oauthDomains',
      'snapshotUsers',
      'openPlatform',
    ];
    const others = [
      ...account,
      'otherTemplates',
      'businessDomains',
      'associatedMiniPrograms',
      'callLogLimit',
    ];
    expect([...new Set(named)].sort()).toEqual([...Object.keys(DEFAULT_BEHAVIOUR), ...others].sort());
  });
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
