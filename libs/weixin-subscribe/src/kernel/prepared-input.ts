export type InputClass<T extends object> = new () => T;

type Conversion = (value: unknown) => unknown;

/** What decorators say of a property: how what was given is read, and the class of what is nested in it. */
interface PropertyInput {
  conversions: Conversion[];
  nested?: () => InputClass<object>;
}

/** Prototype → property → what its decorators say. A class inherits from the prototypes above its own. */
const declared = new WeakMap<object, Map<string, PropertyInput>>();
const plans = new WeakMap<object, Plan>();

interface Plan {
  properties: ReadonlyMap<string, PropertyInput>;
  /** Names that objects of the class have without being given them. */
  own: object;
}

/** What is given for a property becomes what `convert` returns of it; it must not throw. */
export const Converted =
  (convert: Conversion): PropertyDecorator =>
  (target, property) => {
    inputOf(target, property).conversions.push(convert);
  };

/** An object that is given for a property, or each of a list of them, becomes an instance of a class. */
export const InstanceOf =
  (nested: () => InputClass<object>): PropertyDecorator =>
  (target, property) => {
    inputOf(target, property).nested = nested;
  };

/**
 * An instance of a DTO class made of data, which becomes part of it: what `plainToInstance` of
 * class-transformer makes, from a plan that is made once per class. class-transformer searches its metadata
 * anew for each property, and copies what it is given once more.
 * @param data as `plainInput` made it, without members that every object has
 */
export function instanceOf<T extends object>(type: InputClass<T>, data: object): T {
  const { properties, own } = planOf(type);
  const instance = new type();
  const members = instance as Record<string, unknown>;
  const given = data as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    // A method or an accessor of the class is nothing that can be given.
    if (name in own) continue;
    const property = properties.get(name);
    members[name] = property ? read(property, given[name]) : given[name];
  }
  return instance;
}

function read({ conversions, nested }: PropertyInput, given: unknown): unknown {
  let value = nested ? instancesOf(nested(), given) : given;
  for (const convert of conversions) value = convert(value);
  return value;
}

function instancesOf(type: InputClass<object>, given: unknown): unknown {
  if (Array.isArray(given)) return given.map((item) => instancesOf(type, item));
  const isObject = typeof given === 'object' && given !== null && !(given instanceof Date);
  return isObject ? instanceOf(type, given) : given;
}

/** Decorators have run by the time an object of their class is made: a plan never changes. */
function planOf(type: InputClass<object>): Plan {
  let plan = plans.get(type);
  if (!plan) {
    plan = { properties: new Map(inherited(type.prototype)), own: type.prototype };
    plans.set(type, plan);
  }
  return plan;
}

/** A property that a class declares anew keeps what the classes above say of it, before its own. */
function inherited(prototype: object | null): Map<string, PropertyInput> {
  if (prototype === null) return new Map();
  const all = inherited(Object.getPrototypeOf(prototype));
  for (const [name, { conversions, nested }] of declared.get(prototype) ?? []) {
    const above = all.get(name);
    all.set(name, {
      conversions: [...(above?.conversions ?? []), ...conversions.toReversed()],
      nested: nested ?? above?.nested,
    });
  }
  return all;
}

function inputOf(prototype: object, property: string | symbol): PropertyInput {
  const ofClass = declared.get(prototype) ?? new Map<string, PropertyInput>();
  declared.set(prototype, ofClass);
  const name = String(property);
  const input = ofClass.get(name) ?? { conversions: [] };
  ofClass.set(name, input);
  return input;
}
