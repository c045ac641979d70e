import 'reflect-metadata';
import { plainToInstance, Transform, Type } from 'class-transformer';
import fc from 'fast-check';
import { plainInput } from './input-shape.js';
import { Converted, InstanceOf, instanceOf } from './prepared-input.js';

const doubled = (value: unknown) => (typeof value === 'number' ? value * 2 : value);
const plusOne = (value: unknown) => (typeof value === 'number' ? value + 1 : value);

class Inner {
  @Transform(({ value }) => doubled(value))
  @Converted(doubled)
  count!: unknown;

  get given(): boolean {
    return this.count !== undefined;
  }
}

class Outer {
  @Transform(({ value }) => plusOne(value))
  @Transform(({ value }) => doubled(value))
  @Converted(plusOne)
  @Converted(doubled)
  sum!: unknown;

  @Type(() => Inner)
  @InstanceOf(() => Inner)
  inner!: unknown;

  plain!: unknown;

  method(): string {
    return 'of the class';
  }
}

class Heir extends Outer {
  @Transform(({ value }) => plusOne(value))
  @Converted(plusOne)
  declare sum: unknown;
}

const values = fc.oneof(
  fc.integer(),
  fc.constantFrom('', 'a', null, undefined, true),
  fc.date({ noInvalidDate: true }),
  fc.record({ count: fc.integer(), given: fc.boolean(), more: fc.jsonValue() }, { requiredKeys: [] }),
  fc.array(
    fc.oneof(fc.integer(), fc.record({ count: fc.integer() }), fc.array(fc.record({ count: fc.integer() }))),
  ),
);
const inputs = fc.record(
  { sum: values, inner: values, plain: values, unknown: values, method: values },
  { requiredKeys: [] },
);

describe('an instance made by a plan', () => {
  it.each([Outer, Heir])('of %p is the one that class-transformer makes', (type) => {
    fc.assert(
      fc.property(inputs, (given) => {
        const ours = instanceOf(type, plainInput(given, 'drop'));
        const theirs = plainToInstance(type, plainInput(given, 'drop'));
        expect(ours).toStrictEqual(theirs);
        expect(Object.keys(ours)).toEqual(Object.keys(theirs));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads a property as the classes above say before its own, and what is nested as its class', () => {
    const { sum, inner } = instanceOf(Heir, { sum: 1, inner: [{ count: 2 }, 3] });
    expect(sum).toBe(5);
    expect(inner).toEqual([Object.assign(new Inner(), { count: 4 }), 3]);
    expect((inner as object[])[0]).toBeInstanceOf(Inner);
  });

  it('keeps the methods and accessors of its class', () => {
    const made = instanceOf(Outer, { method: 'given', inner: { given: 'given' } });
    expect(made.method()).toBe('of the class');
    expect((made.inner as Inner).given).toBe(false);
  });
});
