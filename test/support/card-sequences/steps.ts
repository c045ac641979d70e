import fc from 'fast-check';

/** Types with a whole machine, with half of one, from a payment and from a button. */
const TYPES = [2001, 2001, 2001, 2008, 2004, 1001, 1005] as const;

/** What becomes of one post to WeChat. */
const FATES = [
  'taken',
  // The answer is lost, before WeChat did anything or after.
  'lost-before',
  'lost-after',
  // WeChat says no: 85449, 85441.
  'locked',
  'wrong',
] as const;
// What WeChat says arrives only when the sequence has it arrive.
const LATE = ['late', 'late-wrong'] as const;
export type Fate = (typeof FATES)[number] | (typeof LATE)[number];

const fate = fc.oneof(
  { weight: 5, arbitrary: fc.constant('taken' as const) },
  { weight: 5, arbitrary: fc.constantFrom(...FATES, ...LATE) },
);
const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      fate,
      // Nobody finds the state that comes next by chance alone.
      fits: fc.nat(4).map((n) => n > 0),
      which: fc.nat(10),
      // Callers at once, of one state; the fate is that of the first post.
      callers: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(2) }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('extend' as const), fate }) },
  // The worker of some process; the fate is that of its first post.
  { weight: 4, arbitrary: fc.record({ do: fc.constant('work' as const), fate: fc.constantFrom(...FATES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
  // Whether WeChat can be asked how a card stands.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mute' as const), on: fc.boolean() }) },
  // Answers that were kept back arrive.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  // WeChat's event that the person was not notified of a state that it has stored.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report' as const), which: fc.nat(10) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1000, 11_000, 61_000, 600_000),
    }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export interface Sequence {
  notifyType: (typeof TYPES)[number];
  steps: Step[];
}

export const sequences: fc.Arbitrary<Sequence> = fc.record({
  notifyType: fc.constantFrom(...TYPES),
  steps: fc.array(step, { minLength: 1, maxLength: 24, size: 'max' }),
});
