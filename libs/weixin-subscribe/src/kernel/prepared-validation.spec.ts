import 'reflect-metadata';
import {
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  Length,
  registerDecorator,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { instanceOf } from './prepared-input.js';
import { type CheckOptions, failuresOf, isPrepared } from './prepared-validation.js';
import { Nested } from './validation.js';

class Item {
  @IsInt({ message: '$property of $target is $value' })
  count!: number;
}

class Everything {
  @IsDefined()
  @Length(2, 5)
  name!: string;

  @IsString({ each: true })
  words!: unknown;

  @ValidateNested({ each: true })
  @Nested(() => Item)
  items!: unknown;

  @ValidateIf(({ name }) => name === 'x')
  @IsInt()
  onlyForX?: number;

  @IsOptional()
  @ValidateNested()
  @Nested(() => Item)
  item?: unknown;
}

class Inherited extends Everything {
  @IsInt()
  declare onlyForX?: number;
}

class InGroups {
  @IsInt({ groups: ['admin'] })
  count!: number;
}

class WithContext {
  @IsInt({ context: { from: 'here' } })
  count!: number;
}

class Holder {
  @ValidateNested()
  @Nested(() => WithContext)
  inner!: WithContext;
}

class Unruled {
  anything = 1;
}

const REFUSING: CheckOptions = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

const shown = (found: object[]) =>
  JSON.parse(JSON.stringify(found, (key, value) => (['target', 'value'].includes(key) ? undefined : value)));

function expectSame(object: object, options = REFUSING): void {
  expect(shown(failuresOf(object, options))).toEqual(shown(validateSync(object, options)));
}

describe('a plan', () => {
  it.each([
    {},
    {
      name: 'x',
      words: ['a', 1],
      items: [{ count: 1 }, { count: 'a' }, 5, null, undefined, [{ count: 2.5 }]],
    },
    { name: 'abcdef', words: new Set(['a', 1]), items: new Set([{}]), onlyForX: 'a' },
    { name: null, words: new Map([['k', 1]]), items: { count: 1, more: 2 }, item: null },
    { name: 'abc', words: 'a', items: [], item: 5, extra: true },
    { name: 'abc', words: [], items: new Date(0), item: [{ count: 1 }] },
  ])('finds what class-validator finds, %#', (input) => {
    expectSame(instanceOf(Everything, input));
    expectSame(instanceOf(Inherited, input));
    // Without a class of their own, nested objects have no rules.
    expectSame(Object.assign(new Everything(), input));
    expectSame(Object.assign(new Everything(), input), { forbidUnknownValues: false });
  });

  it('is there for each, nested, conditions, messages and inheritance', () => {
    expect([Everything, Inherited, Item, Holder].map(isPrepared)).toEqual([true, true, true, true]);
  });

  it('refuses an object without any rule, as class-validator does', () => {
    expectSame(new Unruled());
    expect(failuresOf(new Unruled(), REFUSING)).toHaveLength(1);
  });

  it.each([
    ['groups', InGroups],
    ['a context', WithContext],
  ])('is not made for %s: class-validator checks the class', (_what, type) => {
    expect(isPrepared(type)).toBe(false);
    const wrong = Object.assign(new type(), { count: 'a' });
    expectSame(wrong);
    expect(failuresOf(wrong, REFUSING)).toHaveLength(1);
  });

  it('leaves a nested class that it does not know to class-validator', () => {
    const wrong = instanceOf(Holder, { inner: { count: 'a', extra: 1 } });
    expectSame(wrong);
    expect(failuresOf(wrong, REFUSING)[0].children).toHaveLength(2);
  });

  it('is not made for a type of rule that it does not know', () => {
    class Later {
      count = 1;
    }
    registerDecorator({
      name: 'promiseValidation',
      target: Later,
      propertyName: 'count',
      options: {},
      validator: { validate: () => false },
    });
    expect(isPrepared(Later)).toBe(false);
  });
});
