import { type AcceptReport, decideAccept, type KnownAccept, originOf } from './accept-pairing.js';

const MINUTE = 60_000;
const T = 1_763_611_200_000;
const report = (at: number, source = 'intent:new'): AcceptReport => ({
  ...{ source, at },
  origin: originOf(source) ?? 'report',
});
const push = (at: number, source = 'push:new:0') => report(at, source);
const known = (source: string, at: number, more: Partial<KnownAccept> = {}): KnownAccept => ({
  ...{ id: source, source, at, pairedSource: null, number: 1, rejectedAt: null },
  ...more,
});
const NEXT = { kind: 'next', number: 2 };

it('tells who reports from the source', () => {
  expect(['intent:1', 'push:1:0', 'import:1', 'xintent:1'].map(originOf)).toEqual([
    ...['report', 'push', undefined, undefined],
  ]);
});

it('numbers the first 1, and each after the highest', () => {
  expect(decideAccept(push(T), [])).toEqual({ kind: 'next', number: 1 });
  const others = [7, 9, 8].map((number) => known(`push:${number}:0`, T, { number }));
  expect(decideAccept(push(T), others)).toEqual({ kind: 'next', number: 10 });
});

it.each([
  ['as the source of an accept', known('push:new:0', T)],
  ['as the pair of an accept', known('intent:1', T, { pairedSource: 'push:new:0' })],
])('knows what was recorded before, %s', (_where, one) => {
  expect(decideAccept(push(T + 60 * MINUTE), [known('intent:2', T), one])).toEqual({ kind: 'duplicate' });
});

it.each<[string, AcceptReport, KnownAccept, boolean]>([
  ['a push and a report of one moment', push(T), known('intent:1', T), true],
  ['a report and a push of one moment', report(T), known('push:1:0', T), true],
  ['two pushes', push(T), known('push:1:0', T), false],
  ['two reports', report(T), known('intent:1', T), false],
  ['one that a host has imported', push(T), known('import:1', T), false],
  ['one that has its pair', push(T), known('intent:1', T, { pairedSource: 'push:1:0' }), false],
  ['a report 10 minutes late', report(T + 10 * MINUTE), known('push:1:0', T), true],
  ['a report later than that', report(T + 10 * MINUTE + 1), known('push:1:0', T), false],
  ['a push 10 minutes before a report', push(T), known('intent:1', T + 10 * MINUTE), true],
  ['a push of a clock 5 minutes ahead', push(T + 5 * MINUTE), known('intent:1', T), true],
  ['a push later than that', push(T + 5 * MINUTE + 1), known('intent:1', T), false],
  ['a report 5 minutes before a push', report(T), known('push:1:0', T + 5 * MINUTE), true],
  [
    'the other report of one that was rejected since',
    push(T),
    known('intent:1', T, { rejectedAt: T + 999 }),
    true,
  ],
  ['an accept after a rejection', push(T + 1000), known('intent:1', T, { rejectedAt: T + 999 }), false],
])('decides whether %s is one accept: %#', (_what, told, accept, isOne) => {
  expect(decideAccept(told, [accept])).toEqual(isOne ? { kind: 'pair', id: accept.id } : NEXT);
});

it('takes the accept that is nearest in time, and of equals the first', () => {
  const accepts = [
    known('intent:late', T + 9000, { number: 4 }),
    known('intent:second', T + 3000, { number: 3 }),
    known('intent:first', T + 3000, { number: 2 }),
    known('intent:far', T - 4000, { number: 1 }),
  ];
  expect(decideAccept(push(T), accepts)).toEqual({ kind: 'pair', id: 'intent:first' });
  expect(decideAccept(push(T + 8000), accepts)).toEqual({ kind: 'pair', id: 'intent:late' });
});
