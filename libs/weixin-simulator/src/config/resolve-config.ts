import type { ClockOptions } from '../common/clock.js';
import { FieldReader } from '../common/field-reader.js';
import { ConfigError } from '../common/usage-error.js';
import { readComponent } from '../component/component-options.js';
import { BEHAVIOUR_FIELDS, DEFAULT_BEHAVIOUR, readBehaviour } from './behaviour.js';
import { readCloudRun } from './cloud-run.js';
import type { Person, SimulatorConfig, SimulatorOptions } from './options.js';
import { readAccount } from './read-account.js';
import { DEFAULT_ACCOUNTS, DEFAULT_PEOPLE } from './samples.js';

const OPTION_FIELDS = [
  ...[
    'port',
    'host',
    'hostNames',
    'accounts',
    'people',
    'clock',
    'seed',
    'component',
    'cloudRun',
    'callLogLimit',
    'historyLimit',
  ],
  ...BEHAVIOUR_FIELDS,
];
const HOST_NAME = /^(?:\*|[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?)$/i;
const OPENID = /^o[\w-]{27}$/;

/**
 * Fills in defaults and checks everything; the error names the field. Pure: the same options give the same
 * config.
 */
export function resolveConfig(options: SimulatorOptions = {}): SimulatorConfig {
  const fields = new FieldReader(options).onlyKnown(OPTION_FIELDS);
  const behaviour = readBehaviour(fields, DEFAULT_BEHAVIOUR);
  const source = new FieldReader({
    accounts: options.accounts ?? DEFAULT_ACCOUNTS,
    people: options.people ?? (options.accounts ? DEFAULT_PEOPLE.map(({ name }) => name) : DEFAULT_PEOPLE),
  });
  const accounts = source.list('accounts', (item, path) => readAccount(item, path, behaviour)) ?? [];
  const people = source.list('people', readPerson) ?? [];
  if (accounts.length === 0) throw new ConfigError('accounts', 'must name at least one account');
  if (people.length === 0) throw new ConfigError('people', 'must name at least one person');
  refuseRepeated(
    'accounts',
    'appId',
    accounts.map((account) => account.appId),
  );
  refuseRepeated(
    'people',
    'name',
    people.map((person) => person.name),
  );
  const known = new Set(accounts.map((account) => account.appId));
  people.forEach((person, index) => {
    for (const appId of [...person.follows, ...Object.keys(person.openids)]) {
      if (!known.has(appId))
        throw new ConfigError(`people[${index}]`, `names an account that is not configured: ${appId}`);
    }
  });
  const cloudRun =
    (fields.raw('cloudRun') ?? null) === null ? null : readCloudRun(fields.raw('cloudRun'), 'cloudRun');
  for (const appId of cloudRun ? [cloudRun.owner, ...cloudRun.sharedWith] : [])
    if (!known.has(appId))
      throw new ConfigError('cloudRun', `names an account that is not configured: ${appId}`);
  return {
    port: fields.integer('port', 0, 65_535) ?? 0,
    host: fields.text('host') ?? '127.0.0.1',
    hostNames: fields.texts('hostNames', HOST_NAME, 'must be a host name without port, or *') ?? [],
    accounts,
    people,
    component:
      fields.raw('component') === undefined ? null : readComponent(fields.raw('component'), 'component'),
    cloudRun,
    clock: readClock(fields),
    seed: fields.text('seed'),
    callLogLimit: fields.integer('callLogLimit', 0) ?? 1000,
    historyLimit: fields.integer('historyLimit', 0) ?? 100_000,
    behaviour,
  };
}

/** A person is a name, or a name with fixed openids and the accounts followed. */
export function readPerson(item: unknown, path: string): Person {
  const fields =
    typeof item === 'string' ? new FieldReader({ name: item }, path) : new FieldReader(item, path);
  fields.onlyKnown(['name', 'openids', 'follows']);
  const openids = new FieldReader(fields.raw('openids') ?? {}, fields.at('openids'));
  const names = Object.keys(fields.raw('openids') ?? {});
  return {
    name: fields.requiredText('name', /^\S(.{0,62}\S)?$/u, 'must be a name of 1 to 64 characters'),
    openids: Object.fromEntries(
      names.map((appId) => [
        appId,
        openids.requiredText(appId, OPENID, 'must be an openid: o and 27 of A-Z a-z 0-9 _ -'),
      ]),
    ),
    follows: fields.texts('follows') ?? [],
  };
}

function readClock(fields: FieldReader): ClockOptions {
  if (fields.raw('clock') === undefined) return {};
  const clock = new FieldReader(fields.raw('clock'), 'clock').onlyKnown(['startAt', 'frozen']);
  return { startAt: clock.number('startAt', 0), frozen: clock.flag('frozen') };
}

function refuseRepeated(list: string, field: string, values: string[]): void {
  const repeated = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (repeated >= 0)
    throw new ConfigError(`${list}[${repeated}].${field}`, `"${values[repeated]}" appears twice`);
}
