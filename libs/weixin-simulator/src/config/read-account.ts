import { isIP } from 'node:net';
import { FieldReader } from '../common/field-reader.js';
import { BEHAVIOUR_FIELDS, type Behaviour, readBehaviour } from './behaviour.js';
import { ACCOUNT_KINDS, type Account, type PushTarget, TOKEN_REFUSALS } from './options.js';

const ACCOUNT_FIELDS = [
  ...['appId', 'appSecret', 'kind', 'name', 'templates', 'otherTemplates', 'businessDomains', 'ipWhitelist'],
  ...['associatedMiniPrograms', 'secretFrozen', 'unauthorized', 'banned', 'limited'],
  ...['tokenRefusal', 'push'],
  ...BEHAVIOUR_FIELDS,
];
const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** One account of the configuration, complete; `behaviour` holds for what the account does not say itself. */
export function readAccount(item: unknown, path: string, behaviour: Behaviour): Account {
  const fields = new FieldReader(item, path).onlyKnown(ACCOUNT_FIELDS);
  const appId = fields.requiredText('appId', /^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, - or _');
  return {
    ...readBehaviour(fields, behaviour),
    appId,
    appSecret: fields.requiredText('appSecret'),
    kind:
      fields.oneOf('kind', ACCOUNT_KINDS) ?? fields.fail('kind', `is required: ${ACCOUNT_KINDS.join(', ')}`),
    name: fields.text('name') ?? appId,
    templates: fields.texts('templates') ?? [],
    otherTemplates: fields.texts('otherTemplates') ?? [],
    businessDomains: (
      fields.texts('businessDomains', HOST, 'must be a host name without scheme, port or path') ?? [
        'localhost',
        '127.0.0.1',
      ]
    ).map((host) => host.toLowerCase()),
    ipWhitelist: fields.list('ipWhitelist', (entry, at) => readAddress(entry, at, fields)) ?? null,
    associatedMiniPrograms: fields.texts('associatedMiniPrograms') ?? null,
    secretFrozen: fields.flag('secretFrozen') ?? false,
    unauthorized: fields.flag('unauthorized') ?? false,
    banned: fields.flag('banned') ?? false,
    limited: fields.flag('limited') ?? false,
    tokenRefusal: fields.oneOf('tokenRefusal', TOKEN_REFUSALS) ?? null,
    push: fields.raw('push') === undefined ? null : readPush(fields.raw('push'), fields.at('push')),
  };
}

function readPush(item: unknown, path: string): PushTarget {
  const fields = new FieldReader(item, path).onlyKnown(['url', 'token', 'encodingAesKey']);
  const url = fields.requiredText('url', /^https?:\/\/./, 'must be an http or https address');
  if (!URL.canParse(url)) fields.fail('url', 'must be an http or https address');
  const encodingAesKey = fields.text('encodingAesKey', /^[0-9a-zA-Z]{43}$/, 'must be 43 letters or digits');
  return {
    url,
    ...(encodingAesKey !== undefined && { encodingAesKey }),
    token: fields.requiredText('token', /^[0-9a-zA-Z]{3,32}$/, 'must be 3 to 32 letters or digits'),
  };
}

/** Addresses and CIDR ranges are allowed, `IP:port` is not (official note on the whitelist). */
function readAddress(entry: unknown, at: string, fields: FieldReader): string {
  const [address = '', prefix, ...rest] = typeof entry === 'string' ? entry.split('/') : [];
  const bits = prefix === undefined ? 0 : Number(prefix);
  const valid = isIP(address) !== 0 && rest.length === 0 && /^\d{0,3}$/.test(prefix ?? '') && prefix !== '';
  if (!valid || bits > (isIP(address) === 6 ? 128 : 32)) {
    fields.fail(
      at.slice(at.lastIndexOf('.') + 1),
      'must be an IP address or a CIDR range such as 10.0.0.0/8',
    );
  }
  return entry as string;
}
