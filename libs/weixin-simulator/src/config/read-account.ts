import { isIP } from 'node:net';
import { FieldReader } from '../common/field-reader.js';
import { isOfficial } from '../platform/official-kinds.js';
import { readApiSecurity } from '../security/api-security.js';
import { BEHAVIOUR_FIELDS, type Behaviour, readBehaviour } from './behaviour.js';
import { readFormTemplate } from './form-template.js';
import { ACCOUNT_KINDS, type Account, type SentFailure, TOKEN_REFUSALS } from './options.js';
import { type PushTarget, readPush } from './push-target.js';
import { readSubscribeTemplate } from './subscribe-template.js';

const ACCOUNT_FIELDS = [
  ...['appId', 'appSecret', 'kind', 'name', 'templates', 'otherTemplates', 'businessDomains', 'ipWhitelist'],
  ...['associatedMiniPrograms', 'secretFrozen', 'unauthorized', 'banned', 'limited'],
  ...['subscribeTemplates', 'formTemplates', 'pages', 'subscribeBanned', 'sentFailure'],
  ...['tokenRefusal', 'push', 'apiSecurity', 'jsDomains', 'oauthDomains', 'snapshotUsers'],
  'openPlatform',
  'callbackUnreachable',
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
    ...readTypedTemplates(fields),
    businessDomains: readHosts(fields, 'businessDomains'),
    jsDomains: readHosts(fields, 'jsDomains'),
    oauthDomains: readHosts(fields, 'oauthDomains'),
    snapshotUsers: fields.flag('snapshotUsers') ?? false,
    openPlatform: fields.text('openPlatform') ?? null,
    callbackUnreachable: fields.flag('callbackUnreachable') ?? false,
    ipWhitelist: fields.list('ipWhitelist', (entry, at) => readAddress(entry, at, fields)) ?? null,
    associatedMiniPrograms: fields.texts('associatedMiniPrograms') ?? null,
    secretFrozen: fields.flag('secretFrozen') ?? false,
    unauthorized: fields.flag('unauthorized') ?? false,
    banned: fields.flag('banned') ?? false,
    limited: fields.flag('limited') ?? false,
    tokenRefusal: fields.oneOf('tokenRefusal', TOKEN_REFUSALS) ?? null,
    push: readPushOf(fields),
    apiSecurity:
      fields.raw('apiSecurity') === undefined
        ? null
        : readApiSecurity(fields.raw('apiSecurity'), fields.at('apiSecurity')),
  };
}

/** Official accounts are pushed XML, but over the internal link of WeChat Cloud Run (fact sheet §0.5). */
function readPushOf(fields: FieldReader): PushTarget | null {
  if (fields.raw('push') === undefined) return null;
  const push = readPush(fields.raw('push'), fields.at('push'));
  const kind = fields.oneOf('kind', ACCOUNT_KINDS);
  if (push.format === 'json' && push.mode !== 'unsigned' && kind && isOfficial({ kind }))
    fields.fail('push', 'must have the format xml: official accounts are pushed nothing else');
  return push;
}

function readHosts(fields: FieldReader, name: string): string[] {
  const hosts = fields.texts(name, HOST, 'must be a host name without scheme, port or path');
  return (hosts ?? ['localhost', '127.0.0.1']).map((host) => host.toLowerCase());
}

/** Everything about messages of typed and of numbered keywords. */
function readTypedTemplates(
  fields: FieldReader,
): Pick<Account, 'subscribeTemplates' | 'formTemplates' | 'pages' | 'subscribeBanned' | 'sentFailure'> {
  const subscribeTemplates = fields.list('subscribeTemplates', readSubscribeTemplate) ?? [];
  const formTemplates = fields.list('formTemplates', readFormTemplate) ?? [];
  refuseRepeated(
    fields,
    'subscribeTemplates',
    subscribeTemplates.map(({ priTmplId }) => priTmplId),
  );
  refuseRepeated(
    fields,
    'formTemplates',
    formTemplates.map(({ templateId }) => templateId),
  );
  return {
    ...{ subscribeTemplates, formTemplates },
    pages: fields.texts('pages') ?? null,
    subscribeBanned: fields.flag('subscribeBanned') ?? false,
    sentFailure:
      fields.raw('sentFailure') === undefined
        ? null
        : readSentFailure(fields.raw('sentFailure'), fields.at('sentFailure')),
  };
}

function readSentFailure(item: unknown, path: string): SentFailure {
  const fields = new FieldReader(item, path).onlyKnown(['errorCode', 'errorStatus']);
  const errorCode = fields.integer('errorCode', -1_000_000) ?? fields.fail('errorCode', 'is required');
  if (errorCode === 0) fields.fail('errorCode', 'must not be 0, which is success');
  return { errorCode, errorStatus: fields.requiredText('errorStatus') };
}

function refuseRepeated(fields: FieldReader, name: string, ids: string[]): void {
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) fields.fail(name, `"${repeated}" appears twice`);
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
