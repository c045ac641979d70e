import 'reflect-metadata';
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import fc from 'fast-check';
import './index.js';
import { instanceOf } from './kernel/prepared-input.js';
import { type CheckOptions, type Failure, failuresOf, isPrepared } from './kernel/prepared-validation.js';
import { type Schema, schemaOf } from './kernel/schema.js';

type Declared = new () => object;

/** Every class that has a rule: the DTOs and options of all rooms, and what they extend. */
function declaredClasses(): Declared[] {
  const { validationMetadatas } = getMetadataStorage() as unknown as {
    validationMetadatas: Map<Declared, unknown>;
  };
  return [...validationMetadatas.keys()];
}

const OPTIONS: CheckOptions[] = [
  { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true },
  { whitelist: true, forbidNonWhitelisted: false, forbidUnknownValues: true },
  { forbidUnknownValues: false },
];

/** What no rule expects, and names that class-validator replaces in messages. */
const junk = fc.oneof(
  fc.constantFrom(null, undefined, '', ' ', 'a\nb', '$value $property $target $constraint1 $&', 'ab\ud83d'),
  fc.jsonValue({ maxDepth: 2 }),
  fc.date({ noInvalidDate: true }),
  fc.double(),
  fc.string({ maxLength: 80 }),
);

const FITTING: Record<string, fc.Arbitrary<unknown>> = {
  boolean: fc.boolean(),
  integer: fc.oneof(fc.integer({ min: -1, max: 20 }), fc.integer({ min: 0, max: 100_000 })),
  number: fc.double({ min: 0, max: 1, noNaN: true }),
  string: fc.constantFrom(
    'wxaba38c7f163da69b',
    '高等数学',
    '22:00',
    'https://a.example/x?y=1',
    '2026-11-20',
    '2026-11-21T08:50:00+08:00',
    '8f14e45f-ceea-467f-ae2a-1d0a8d3c4b5e',
    '#173177',
    'keyword1',
    'Asia/Shanghai',
  ),
};

/** Values that a schema describes, and now and then one that it does not. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const {
    type = 'string',
    enum: words,
    pattern,
    properties,
    required,
    items,
    minItems = 0,
    example,
  } = schema;
  // What looks ahead can not be turned into text that matches.
  const matchable = pattern?.includes('(?') ? undefined : pattern;
  const fitting = [
    ...(words ? [fc.constantFrom(...words)] : []),
    ...(matchable ? [fc.stringMatching(new RegExp(matchable), { maxLength: 64 })] : []),
    ...(example === undefined ? [] : [fc.constant(example)]),
    ...(type in FITTING && !words && !matchable ? [FITTING[type]] : []),
    ...(schema.format === 'date-time' ? [fc.date({ noInvalidDate: true })] : []),
    ...(type === 'array'
      ? [
          fc.uniqueArray(valuesOf(items ?? { type: 'object' }), {
            minLength: minItems,
            maxLength: minItems + 2,
          }),
        ]
      : []),
    ...(type === 'object' ? [objectsOf(properties ?? {}, required)] : []),
  ];
  return mostly(fc.oneof(...fitting), junk);
}

const mostly = (usual: fc.Arbitrary<unknown>, rare: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: rare });

const objectsOf = (properties: Record<string, Schema>, required: string[] = []): fc.Arbitrary<object> => {
  const fields: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema)]),
  );
  const fitting = fc.record(fields, { requiredKeys: required });
  const lacking = fc.record(fields, { requiredKeys: [] });
  const extended = fc.record({ ...fields, unknown: fc.constant(1) });
  return fc.oneof({ weight: 6, arbitrary: fitting }, lacking, extended);
};

interface Seen {
  property: string;
  constraints?: [string, string][];
  children?: Seen[];
}

/** Errors with the order of what was found. */
const seen = (errors: (Failure | ValidationError)[]): Seen[] =>
  errors.map(({ property, constraints, children }) => ({
    property,
    constraints: constraints && Object.entries(constraints),
    children: children && seen(children),
  }));

const classes = declaredClasses().map((type): [string, Declared] => [type.name, type]);

describe('a prepared validator', () => {
  it('is made for every DTO and every options class of the library', () => {
    expect(classes.length).toBeGreaterThan(40);
    expect(classes.filter(([, type]) => !isPrepared(type)).map(([name]) => name)).toEqual([]);
  });

  // A negative control: inputs of one kind alone would show nothing.
  const met = { taken: 0, refused: 0 };
  afterAll(() => {
    expect(met.taken).toBeGreaterThan(1000);
    expect(met.refused).toBeGreaterThan(1000);
  });

  it.each(classes)('finds in a %s what class-validator finds, in its order and words', (_name, type) => {
    const { properties = {}, required } = schemaOf(type);
    fc.assert(
      fc.property(objectsOf(properties, required), fc.constantFrom(...OPTIONS), (input, options) => {
        const [ours, theirs] = [instanceOf(type, input), instanceOf(type, input)];
        const expected = seen(validateSync(theirs, options));
        expect(seen(failuresOf(ours, options))).toEqual(expected);
        expect(ours).toEqual(theirs);
        met[expected.length > 0 ? 'refused' : 'taken'] += 1;
      }),
      { numRuns: 100 },
    );
  });
});
