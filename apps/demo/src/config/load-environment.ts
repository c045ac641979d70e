import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { DatabaseEnvironment, Environment } from './environment.js';

export type Variables = Record<string, string | undefined>;

/**
 * The environment is incomplete or wrong. Names every variable and says what is expected; never repeats a
 * value.
 */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly problems: { variable: string; expected: string }[]) {
    super(problems.map(({ variable, expected }) => `${variable} ${expected}`).join('\n'));
  }
}

/** Checks the variables once and fills in the defaults. @throws {EnvironmentError} */
export function loadEnvironment(variables: Variables): Environment {
  return check(Environment, {
    ...variables,
    PUBLIC_BASE_URL: variables.PUBLIC_BASE_URL || ownAddress(variables.PORT),
  });
}

/** With port 0 nobody can know it before the app listens, so it has to be said. */
function ownAddress(port = ''): string | undefined {
  if (port === '0') return undefined;
  const address = `http://localhost:${port}`;
  return port !== '' && URL.canParse(address) ? address : `http://localhost:${new Environment().PORT}`;
}

/** The part that tools of the database need. @throws {EnvironmentError} */
export function loadDatabaseEnvironment(variables: Variables): DatabaseEnvironment {
  return check(DatabaseEnvironment, variables);
}

/** The process's variables, over those of a `.env` file where there is one. */
export function readVariables(file = '.env'): Variables {
  return { ...readEnvFile(file), ...process.env };
}

function readEnvFile(file: string): Variables {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Variables;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

function check<T extends object>(type: new () => T, variables: Variables): T {
  const set = Object.entries(variables).filter(([, value]) => value !== undefined && value !== '');
  const environment = plainToInstance(type, Object.fromEntries(set), { exposeDefaultValues: true });
  // Everything else in the environment of a process is none of our business: `whitelist` drops it.
  const errors = validateSync(environment, { whitelist: true });
  if (errors.length > 0) throw new EnvironmentError(errors.flatMap((error) => problems(error)));
  return environment;
}

/** One problem for one variable: the other rules that failed follow from the first. */
function problems(error: ValidationError, parent?: string): { variable: string; expected: string }[] {
  const index = /^\d+$/.test(error.property);
  const variable =
    parent === undefined
      ? error.property
      : index
        ? `${parent}[${error.property}]`
        : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((expected) => ({ variable, expected }));
  return [...own.slice(0, 1), ...(error.children ?? []).flatMap((child) => problems(child, variable))];
}
