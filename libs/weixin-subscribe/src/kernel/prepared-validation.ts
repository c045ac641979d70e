import {
  getMetadataStorage,
  type ValidationArguments,
  type ValidationError,
  ValidationTypes,
  type ValidatorConstraintInterface,
  type ValidatorOptions,
  validateSync,
} from 'class-validator';

/** What is wrong with one property, as class-validator puts it. */
export type Failure = Pick<ValidationError, 'property' | 'constraints' | 'children'>;

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Condition = (object: object, value: unknown) => boolean;
type Constraints = Record<string, string>;

interface Check {
  name: string;
  metadata: Metadata;
  constraint: ValidatorConstraintInterface;
}

interface PreparedProperty {
  name: string;
  conditions: Condition[];
  checks: Check[];
  nested: Metadata[];
}

interface Plan {
  names: ReadonlySet<string>;
  properties: PreparedProperty[];
}

export type CheckOptions = Pick<
  ValidatorOptions,
  'whitelist' | 'forbidNonWhitelisted' | 'forbidUnknownValues'
>;

/** `undefined`: has something that a plan does not know, and stays with class-validator. */
const plans = new WeakMap<object, Plan | undefined>();

/**
 * What class-validator's `validateSync` finds wrong with an object, in the same order and the same words,
 * from a plan that is made once per class. class-validator searches the metadata of all classes and the
 * instances of all constraints anew in every call. A class with something that a plan does not know (groups,
 * contexts, asynchronous rules, types of metadata yet to come) is left to class-validator.
 */
export function failuresOf(object: object, options: CheckOptions): Failure[] {
  const plan = planOf(object.constructor);
  return plan ? failuresBy(plan, object, options) : validateSync(object, options);
}

/** Decorators have run by the time an object of their class exists: a plan never changes. */
function planOf(type: object): Plan | undefined {
  if (!plans.has(type)) plans.set(type, prepare(type as new () => object));
  return plans.get(type);
}

/** Whether a class is checked by a plan. */
export const isPrepared = (type: object): boolean => planOf(type) !== undefined;

function prepare(type: new () => object): Plan | undefined {
  const storage = getMetadataStorage();
  const metadatas = storage.getTargetValidationMetadatas(type, '', false, false);
  if (!metadatas.every(isKnown)) return undefined;
  const grouped = storage.groupByPropertyName(metadatas);
  const properties = Object.entries(grouped).map(([name, all]) => ({
    name,
    conditions: ofType(all, ValidationTypes.CONDITIONAL_VALIDATION).map(
      ({ constraints: [condition] }) => condition as Condition,
    ),
    checks: [
      ...ofType(all, ValidationTypes.IS_DEFINED),
      ...ofType(all, ValidationTypes.CUSTOM_VALIDATION),
    ].flatMap(checksOf),
    nested: ofType(all, ValidationTypes.NESTED_VALIDATION),
  }));
  return { names: new Set(properties.map(({ name }) => name)), properties };
}

const ofType = (metadatas: Metadata[], type: string) => metadatas.filter((one) => one.type === type);

const constraintsOf = ({ constraintCls }: Metadata) =>
  getMetadataStorage().getTargetValidatorConstraints(constraintCls);

const checksOf = (metadata: Metadata): Check[] =>
  constraintsOf(metadata).map(({ name, instance }) => ({
    name: name || metadata.type,
    metadata,
    constraint: instance,
  }));

const KNOWN_TYPES: readonly string[] = [
  ValidationTypes.CONDITIONAL_VALIDATION,
  ValidationTypes.CUSTOM_VALIDATION,
  ValidationTypes.IS_DEFINED,
  ValidationTypes.NESTED_VALIDATION,
];

function isKnown(metadata: Metadata): boolean {
  const { type, groups, always, context, validateIf } = metadata;
  if (groups?.length || always !== undefined || context !== undefined || validateIf) return false;
  return KNOWN_TYPES.includes(type) && constraintsOf(metadata).every((constraint) => !constraint.async);
}

function failuresBy(plan: Plan, object: object, options: CheckOptions): Failure[] {
  if (plan.properties.length === 0 && options.forbidUnknownValues) return [unknownValue()];
  const failures = options.whitelist ? notListed(plan, object, options.forbidNonWhitelisted ?? false) : [];
  for (const property of plan.properties) {
    const failure = failureOf(property, object, options);
    if (failure) failures.push(failure);
  }
  return failures;
}

/** As class-validator reports an object that no rule is known for: without a property. */
const unknownValue = (): Failure => ({
  property: undefined as unknown as string,
  constraints: { unknownValue: 'an unknown value was passed to the validate function' },
  children: [],
});

function notListed({ names }: Plan, object: object, forbidden: boolean): Failure[] {
  const failures: Failure[] = [];
  for (const property of Object.keys(object)) {
    if (names.has(property)) continue;
    if (forbidden)
      failures.push({
        property,
        constraints: { [ValidationTypes.WHITELIST]: `property ${property} should not exist` },
        children: undefined,
      });
    else delete (object as Record<string, unknown>)[property];
  }
  return failures;
}

function failureOf(
  { name, conditions, checks, nested }: PreparedProperty,
  object: object,
  options: CheckOptions,
): Failure | undefined {
  const value = (object as Record<string, unknown>)[name];
  for (const condition of conditions) if (!condition(object, value)) return undefined;
  const constraints: Constraints = {};
  for (const check of checks) {
    const { metadata, constraint } = check;
    const args = argumentsFor(metadata, object, value);
    const holds = (one: unknown) => constraint.validate(one, args);
    const fits =
      metadata.each && isCollection(value) ? itemsOf(value).map(holds).every(Boolean) : holds(value);
    if (!fits) constraints[check.name] = messageOf(metadata, args, constraint);
  }
  return failure(name, constraints, inner(value, nested, constraints, options));
}

function failure(property: string, constraints: Constraints, children: Failure[]): Failure | undefined {
  const fails = Object.keys(constraints).length > 0;
  if (!fails && children.length === 0) return undefined;
  return fails ? { property, constraints, children } : { property, children };
}

/** What is wrong within a nested object or list; what is neither is noted in `constraints`. */
function inner(
  value: unknown,
  nested: Metadata[],
  constraints: Constraints,
  options: CheckOptions,
): Failure[] {
  if (value === undefined || nested.length === 0) return [];
  return nested.flatMap((metadata) => {
    if (isCollection(value)) return ofItems(value, nested, options);
    if (value instanceof Object) return failuresOf(value, options);
    const args = argumentsFor(metadata, metadata.target as object, value);
    constraints[metadata.type] = messageOf(metadata, args);
    return [];
  });
}

function ofItems(list: Collection, nested: Metadata[], options: CheckOptions): Failure[] {
  const failures: Failure[] = [];
  const keyed = list instanceof Set ? [...list] : list;
  keyed.forEach((item: unknown, index: unknown) => {
    const constraints: Constraints = {};
    const found = failure(String(index), constraints, inner(item, nested, constraints, options));
    if (found) failures.push(found);
  });
  return failures;
}

type Collection = unknown[] | Set<unknown> | Map<unknown, unknown>;
const isCollection = (value: unknown): value is Collection =>
  Array.isArray(value) || value instanceof Set || value instanceof Map;
const itemsOf = (list: Collection): unknown[] => (Array.isArray(list) ? list : [...list.values()]);

const argumentsFor = (
  { propertyName, constraints }: Metadata,
  object: object,
  value: unknown,
): ValidationArguments => ({
  targetName: object.constructor.name,
  property: propertyName,
  object,
  value,
  constraints,
});

function messageOf(
  { message: own }: Metadata,
  args: ValidationArguments,
  constraint?: ValidatorConstraintInterface,
): string {
  const message = own || constraint?.defaultMessage?.(args) || '';
  return withTokens(typeof message === 'function' ? message(args) : message, args);
}

/** The names that class-validator replaces in every message. */
function withTokens(
  message: string,
  { constraints, value, property, targetName }: ValidationArguments,
): string {
  let text = message;
  for (const [index, constraint] of (constraints ?? []).entries())
    text = text.replace(new RegExp(`\\$constraint${index + 1}`, 'g'), constraintText(constraint));
  if (['string', 'boolean', 'number'].includes(typeof value))
    text = text.replace(/\$value/g, value as string);
  return text.replace(/\$property/g, property).replace(/\$target/g, targetName);
}

const constraintText = (constraint: unknown): string => {
  if (Array.isArray(constraint)) return constraint.join(', ');
  return typeof constraint === 'symbol' ? String(constraint.description) : String(constraint);
};
