import fc from 'fast-check';

/** Two people and two scenes: 0–3. */
export const KEYS = [0, 1, 2, 3] as const;
export const personOf = (key: number) => key >> 1;
export const sceneOf = (key: number) => key & 1;

/** What becomes of one post. */
export const FATES = [
  'answered',
  // WeChat says no, and has done nothing: 47001, 43004, 40003.
  'wrong',
  'refused',
  'openid-unusable',
  // WeChat says nothing usable: -1 without delivery; the connection lost before or after it did its work.
  'system-error',
  'lost-before',
  'lost-after',
  // The process dies, or stands still, before the post leaves or before its answer is read.
  'crash-before',
  'crash-after',
] as const;
export type Fate = (typeof FATES)[number];

// Mostly the same one: rules are about what meets.
const key = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(...KEYS) },
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('confirm' as const),
      key,
      expires: fc.nat(2).map((n) => n === 2),
    }),
  },
  // The same callback once more.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay' as const), key }) },
  // A confirm at WeChat whose callback is under way, and the arrival of the oldest of those.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tap' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('callback' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), key }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      key,
      fate: fc.oneof(
        { weight: 3, arbitrary: fc.constant('answered' as const) },
        { weight: 4, arbitrary: fc.constantFrom(...FATES) },
      ),
      // Callers at once; the fate is that of the first post.
      callers: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(3) }),
    }),
  },
  // A process that stood still goes on: its answer comes late.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wake' as const), which: fc.nat(3) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('resolve' as const),
      which: fc.nat(5),
      word: fc.constantFrom('sent' as const, 'not-sent' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recover' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1000, 61_000, 1_800_000) }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const sequences = fc.array(step, { minLength: 1, maxLength: 24, size: 'max' });
