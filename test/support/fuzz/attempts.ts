import { Chance } from '../chance.js';
import type { Operation, Schema } from './operations.js';
import { SHARE, STRANGE_MEMBERS, STRANGE_VALUES, type StrangeValue, valuesFor } from './strange-values.js';

/** A request that the operation takes. Values are unescaped. */
export interface Baseline {
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  /** What the schema of the body describes. */
  body?: unknown;
}

/** A request as it goes over the wire. */
export interface Attempt {
  /** What is strange about it. */
  name: string;
  method: string;
  /** Path and query, percent-encoded or not. */
  target: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export interface Depth {
  /** Everything at every place, instead of what is always tried and a sixteenth of the rest. */
  full: boolean;
  /** Which sixteenth. */
  turn: number;
  /** Of the pairs of a full run. */
  seed: number;
  /** Without what is wrong with a request as a whole: parsers refuse it before a database is asked. */
  valuesOnly?: boolean;
}

/** Where in a body. */
type Place = readonly (string | number)[];

const MARK = '@@strange@@';

/** The request as it is. */
export function plain(operation: Operation, baseline: Baseline): Attempt {
  return build(operation, baseline, 'nothing');
}

/** Each place of the request with each value there, and what can be wrong with a request as a whole. */
export function* attemptsAt(
  operation: Operation,
  baseline: Baseline,
  { full, turn, seed, valuesOnly }: Depth,
): Generator<Attempt, void, undefined> {
  let place = 0;
  const values = () => valuesFor(place++, turn, full);
  const { parameters, body } = operation;
  for (const { name, in: where } of parameters) {
    if (where === 'path') yield* atPath(operation, baseline, name, values());
    if (where === 'query') yield* atQuery(operation, baseline, name, values());
    if (where === 'header') yield* atHeader(operation, baseline, name, values());
  }
  if (body && isForm(operation))
    for (const name of fieldsOf(body.schema, baseline.body))
      yield* atFormField(operation, baseline, name, values());
  if (body && isJson(operation))
    for (const at of placesOf(body.schema, baseline.body))
      for (const value of values()) yield atBody(operation, baseline, at, value);
  if (body && isJson(operation) && full) yield* pairs(operation, baseline, new Chance(seed));
  if (valuesOnly) return;
  let index = turn;
  for (const attempt of anyhow(operation, baseline)) if (full || index++ % SHARE === 0) yield attempt;
}

/** What can be wrong whatever the operation takes. */
function* anyhow(operation: Operation, baseline: Baseline): Generator<Attempt, void, undefined> {
  for (const { name, in: where } of operation.parameters) {
    if (where === 'path') yield* rawPaths(operation, baseline, name);
    if (where === 'query') yield* rawQueries(operation, baseline, name);
  }
  yield* anyQuery(operation, baseline);
  yield* anyHeaders(operation, baseline);
  if (!operation.body) return yield* unwantedBody(operation, baseline);
  if (isForm(operation)) yield* rawForms(operation, baseline);
  if (isJson(operation))
    for (const at of objectsIn(baseline.body))
      for (const member of STRANGE_MEMBERS) yield withMember(operation, baseline, at, member);
  yield* anyBody(operation, baseline);
}

const isForm = ({ body }: Operation) => body?.type === 'application/x-www-form-urlencoded';
export const isJson = ({ body }: Operation) => /json/.test(body?.type ?? '');

function* atPath(operation: Operation, baseline: Baseline, name: string, values: readonly StrangeValue[]) {
  for (const value of values)
    yield build(
      operation,
      { ...baseline, path: { ...baseline.path, [name]: inAddress(value) } },
      `${name}: ${value.name}`,
    );
}

function* rawPaths(operation: Operation, baseline: Baseline, name: string) {
  for (const raw of [
    '%',
    '%E0%A4%A',
    '%00',
    '%ff',
    '%2e%2e',
    '%2f',
    '..',
    ' ',
    '%C0%AE',
    ';x=1',
    '%ED%A0%80',
  ])
    yield build(operation, baseline, `${name}: ${raw} as it is`, { rawPath: { [name]: raw } });
}

/**
 * Node itself refuses an address, or headers, of more than 16 KiB; what our code gets to see is more of a
 * test.
 */
function inAddress({ text }: StrangeValue): string {
  const short = text.slice(0, 3000);
  return /^[ -~]*$/.test(short) ? short : [...short].slice(0, 500).join('');
}

function* atQuery(operation: Operation, baseline: Baseline, name: string, values: readonly StrangeValue[]) {
  const { [name]: _own, ...others } = baseline.query;
  for (const value of values) {
    const query = value.json === undefined ? others : { ...others, [name]: inAddress(value) };
    yield build(operation, { ...baseline, query }, `${name}: ${value.name}`);
  }
}

function* rawQueries(operation: Operation, baseline: Baseline, name: string) {
  const { [name]: own = 'x', ...others } = baseline.query;
  const raw = (text: string) =>
    build(operation, { ...baseline, query: others }, text.slice(0, 80), { rawQuery: text });
  const value = encodeURIComponent(own);
  yield raw(`${name}=${value}&${name}=${value}`);
  yield raw(`${name}[]=${value}`);
  yield raw(`${name}[0]=${value}&${name}[toString]=x`);
  yield raw(`${name}[toString]=x`);
  yield raw(`${name}[__proto__][polluted]=1`);
  yield raw(`${name}[constructor][prototype][polluted]=1`);
  yield raw(`${name}${'[a]'.repeat(2000)}=1`);
  yield raw(`${name}=%E0%A4%A`);
  yield raw(`${name}=%ED%A0%BD`);
  yield raw(`${name}=%00`);
  yield raw(`${name}`);
}

function* anyQuery(operation: Operation, baseline: Baseline) {
  for (const rawQuery of [
    ...[
      '__proto__=x',
      '__proto__[polluted]=1',
      'constructor=x',
      'toString=x',
      'hasOwnProperty=x',
      '=x',
      '%00=x',
      '&&&=',
    ],
    Array.from({ length: 1000 }, (_, index) => `f${index}=1`).join('&'),
  ])
    yield build(operation, baseline, `the query ${rawQuery.slice(0, 40)}`, { rawQuery });
}

function* atHeader(operation: Operation, baseline: Baseline, name: string, values: readonly StrangeValue[]) {
  for (const value of values) yield withHeader(operation, baseline, name, inAddress(value), value.name);
}

/** Headers that are read somewhere, whatever the document says of them. */
function* anyHeaders(operation: Operation, baseline: Baseline) {
  const tried: [name: string, values: string[]][] = [
    ['Cookie', ['a=%E0%A4%A; b; =', '__proto__=x; constructor=y', 'x'.repeat(6000), 'weixin=\u00ff\u00fe']],
    ['If-None-Match', ['*', '"', 'W/"x", "y"', ','.repeat(5000)]],
    ['Accept', ['', '*/*;q=x', 'text/html', 'x'.repeat(5000)]],
    ['Accept-Encoding', ['identity;q=0, *;q=0']],
    ['X-Forwarded-For', ['__proto__', 'a,b,c', '::1%eth0', ',,,']],
    ['X-Forwarded-Proto', ['javascript', 'https, http']],
    ['Last-Event-ID', ['\u00ff', 'x'.repeat(5000)]],
    ['X-HTTP-Method-Override', ['DELETE']],
    ['Range', ['bytes=0-0', 'bytes=9-1']],
  ];
  for (const [name, values] of tried)
    for (const value of values) yield withHeader(operation, baseline, name, value, value.slice(0, 20));
  if (!operation.needsKey) return;
  for (const value of [
    'Bearer',
    'Bearer ',
    'Basic x',
    `Bearer ${'x'.repeat(5000)}`,
    'Bearer \u00ff',
    'bearer a b',
    '',
  ])
    yield withHeader(operation, baseline, 'Authorization', value, value.slice(0, 20));
}

function withHeader(operation: Operation, baseline: Baseline, name: string, value: string, what: string) {
  // What HTTP itself does not allow in a header no client of ours can send.
  const sent = value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
  const headers = { ...baseline.headers, [name]: sent };
  return build(operation, { ...baseline, headers }, `header ${name}: ${what}`);
}

function* unwantedBody(operation: Operation, baseline: Baseline) {
  if (operation.method === 'GET') return;
  for (const [type, body] of WHOLE_BODIES)
    yield build(operation, baseline, `a body nobody wants, ${type}`, { type, body });
}

function atBody(operation: Operation, baseline: Baseline, at: Place, { name, json }: StrangeValue): Attempt {
  const body = JSON.stringify(put(baseline.body, at, json === undefined ? undefined : MARK)) ?? '';
  return build(operation, baseline, `${at.join('.')}: ${name}`, {
    // A function: the text may hold what a replacement pattern is made of.
    body: json === undefined ? body : body.replace(`"${MARK}"`, () => json),
  });
}

const PAIRS = 300;

/** Two places of a body with a strange value each, by chance. */
function* pairs(operation: Operation, baseline: Baseline, chance: Chance) {
  const places = placesOf(operation.body?.schema, baseline.body);
  const pick = <T>(list: readonly T[]): T => list[chance.below(list.length)];
  for (let index = 0; index < PAIRS; index++) {
    const [one, other] = [pick(places), pick(places)];
    const [first, second] = [pick(STRANGE_VALUES), pick(STRANGE_VALUES)];
    const marked = put(put(baseline.body, one, `${MARK}1`), other, `${MARK}2`);
    const body = JSON.stringify(marked)
      .replace(`"${MARK}1"`, () => first.json ?? 'null')
      .replace(`"${MARK}2"`, () => second.json ?? 'null');
    yield build(operation, baseline, `${one.join('.')}: ${first.name}, ${other.join('.')}: ${second.name}`, {
      body,
    });
  }
}

function withMember(
  operation: Operation,
  baseline: Baseline,
  at: Place,
  member: { name: string; json: string },
) {
  const body = JSON.stringify(put(baseline.body, [...at, MARK], 0));
  return build(operation, baseline, `${at.join('.')}: ${member.name}`, {
    body: body.replace(`"${MARK}":0`, () => member.json),
  });
}

function* atFormField(
  operation: Operation,
  baseline: Baseline,
  name: string,
  values: readonly StrangeValue[],
) {
  const { [name]: _own, ...others } = baseline.body as Record<string, string>;
  for (const value of values) {
    const body = value.json === undefined ? others : { ...others, [name]: value.text };
    yield build(operation, { ...baseline, body }, `${name}: ${value.name}`);
  }
}

function* rawForms(operation: Operation, baseline: Baseline) {
  const own = formOf(baseline.body as Record<string, string>);
  for (const name of Object.keys(baseline.body as object)) {
    const { [name]: _own, ...others } = baseline.body as Record<string, string>;
    for (const raw of [`${name}=a&${name}=b`, `${name}[toString]=x`, `${name}[]=x`, `${name}=%E0%A4%A`])
      yield build(operation, baseline, raw, { body: `${formOf(others)}&${raw}` });
  }
  for (const raw of ['__proto__=x', 'toString=x', 'constructor=x'])
    yield build(operation, baseline, raw, { body: `${own}&${raw}` });
}

const WHOLE_BODIES: readonly [type: string, body: string | Buffer][] = [
  ['application/json', ''],
  ['application/json', 'null'],
  ['application/json', '1'],
  ['application/json', '"text"'],
  ['application/json', '[]'],
  ['application/json', '[{}]'],
  ['application/json', '{'],
  ['application/json', '{"a":1,}'],
  ['application/json', "{'a':1}"],
  ['application/json', '\ufeff{}'],
  ['application/json', '['.repeat(40_000)],
  ['application/json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['application/json', `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`],
  ['application/json', `{"x":"${'x'.repeat(300_000)}"}`],
  ['application/json', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['application/json; charset=utf-16', '{}'],
  ['application/json; charset=nonsense', '{}'],
  ['application/json; charset="', '{}'],
  ['application/vnd.api+json', '{}'],
  ['text/plain', '{}'],
  ['text/xml', '<xml><a/></xml>'],
  ['application/octet-stream', Buffer.from([0, 1, 2, 255])],
  ['application/x-ndjson', '{}\n{'],
  ['application/x-www-form-urlencoded', 'a[__proto__]=1&toString=x'],
  ['application/x-www-form-urlencoded', `a${'[b]'.repeat(3000)}=1`],
  ['multipart/form-data', '--x'],
  ['multipart/form-data; boundary=x', '--x\r\n\r\n--x--'],
  ['x'.repeat(5000), '{}'],
  ['/', '{}'],
  ['', '{}'],
];

function* anyBody(operation: Operation, baseline: Baseline) {
  for (const [type, body] of WHOLE_BODIES)
    yield build(operation, baseline, `the body ${String(body).slice(0, 20)} as ${type.slice(0, 40)}`, {
      type,
      body,
    });
  const own = bytesOf(operation, baseline.body);
  for (const encoding of ['gzip', 'nonsense', 'br, gzip'])
    yield withHeader(operation, baseline, 'Content-Encoding', encoding, encoding);
  if (isJson(operation)) {
    const text = own.toString();
    yield build(operation, baseline, 'its own body after a byte order mark', { body: `\ufeff${text}` });
    yield build(operation, baseline, 'its own body cut short', { body: text.slice(0, -1) });
    yield build(operation, baseline, 'its own body twice', { body: text + text });
    yield build(operation, baseline, 'its own body in UTF-16', { body: Buffer.from(text, 'utf16le') });
  }
}

/** Each member, item and whole that the baseline has or the schema knows. */
export function placesOf(schema: Schema | undefined, value: unknown, at: Place = []): Place[] {
  const here: Place[] = at.length === 0 ? [] : [at];
  if (Array.isArray(value))
    return [
      ...here,
      ...value.slice(0, 2).flatMap((item, index) => placesOf(schema?.items, item, [...at, index])),
    ];
  if (value === null || typeof value !== 'object') return here;
  const known = schema?.properties ?? {};
  const names = [...new Set([...Object.keys(known), ...Object.keys(value)])];
  const own = value as Record<string, unknown>;
  return [...here, ...names.flatMap((name) => placesOf(known[name], own[name], [...at, name]))];
}

function objectsIn(value: unknown, at: Place = []): Place[] {
  if (value === null || typeof value !== 'object') return [];
  const below = Object.entries(value).flatMap(([name, child]) => objectsIn(child, [...at, name]));
  return Array.isArray(value) ? below : [at, ...below];
}

const fieldsOf = (schema: Schema, body: unknown) => [
  ...new Set([...Object.keys(schema.properties ?? {}), ...Object.keys(body as object)]),
];

/** A copy with one value exchanged; `undefined` takes it out. */
function put(value: unknown, [name, ...rest]: Place, strange: unknown): unknown {
  if (name === undefined) return strange;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === String(name) ? put(item, rest, strange) : item));
  const object = (value ?? {}) as Record<string, unknown>;
  return { ...object, [name]: put(object[name], rest, strange) };
}

interface Raw {
  rawPath?: Record<string, string>;
  rawQuery?: string;
  type?: string;
  body?: string | Buffer;
}

function build(operation: Operation, baseline: Baseline, name: string, raw: Raw = {}): Attempt {
  const path = operation.path.replace(
    /\{(\w+)\}/g,
    (_, key: string) => raw.rawPath?.[key] ?? encoded(baseline.path[key]),
  );
  const query = [formOf(baseline.query), raw.rawQuery ?? ''].filter((part) => part !== '').join('&');
  const body = raw.body ?? (operation.body && bytesOf(operation, baseline.body));
  const type = raw.type ?? operation.body?.type;
  return {
    name,
    method: operation.method,
    target: path + (query === '' ? '' : `?${query}`),
    headers: { ...(type && body !== undefined && { 'Content-Type': type }), ...baseline.headers },
    ...(body !== undefined && { body: Buffer.from(body) }),
  };
}

function bytesOf({ body }: Operation, value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if (body?.type === 'application/x-www-form-urlencoded')
    return Buffer.from(formOf(value as Record<string, string>));
  return Buffer.from(JSON.stringify(value) ?? '');
}

const formOf = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');

/** As UTF-8 says it; a lone surrogate as its three bytes, which a correct decoder refuses. */
function encoded(text: string): string {
  return [...text]
    .map((character) => {
      const point = character.codePointAt(0) ?? 0;
      if (point < 0xd800 || point > 0xdfff) return encodeURIComponent(character);
      const bytes = [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
      return bytes.map((byte) => `%${byte.toString(16).toUpperCase()}`).join('');
    })
    .join('');
}
