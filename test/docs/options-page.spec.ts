import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICE_SCOPES } from 'nestjs-weixin-subscribe';
import * as ts from 'typescript';
import { LANGUAGES } from '../../docs/languages.js';

const LIBRARY = 'libs/weixin-subscribe/src';

/** Class or interface of the code → where a host writes its properties. */
const WRITTEN_AT: Record<string, string> = {
  WeixinSubscribeModuleOptions: '',
  TokenAccountOptions: 'accounts[].',
  CredentialOptions: 'accounts[].credential.',
  WeixinAccountOptions: 'accounts[].',
  AccountTemplateOptions: 'accounts[].templates[].',
  QuietHoursOptions: 'accounts[].quietHours.',
  PushOptions: 'accounts[].push.',
  PrivateNetworkPushOptions: 'accounts[].push.',
  ApiSecurityOptions: 'accounts[].apiSecurity.',
  SymmetricKeyOptions: 'accounts[].apiSecurity.symmetricKeys[].',
  ApplicationKeyOptions: 'accounts[].apiSecurity.applicationKey.',
  PlatformCertificateOptions: 'accounts[].apiSecurity.platformCertificates[].',
  ComponentOptions: 'component.',
  ServiceClientOptions: 'serviceKeys.*.',
  AuthorizationOptions: 'authorization.',
  TokenOptions: 'token.',
  CentralOptions: 'token.central.',
  TokenEncryptionOptions: 'token.encryption.',
  TokenEncryptionKey: 'token.encryption.keys[].',
  HttpOptions: 'http.',
  DeliveryConfig: 'delivery.',
  BroadcastConfig: 'broadcast.',
  JssdkOptions: 'jssdk.',
  CardConfig: 'cards.',
  CardTypeOptions: 'cards.types[].',
  CardStateOptions: 'cards.types[].states[].',
  SceneConfig: 'scenes.',
  TemplateConfig: 'templates.',
  RetentionConfig: 'retention.',
  RateLimitConfig: 'rateLimit.',
  ScheduleConfig: 'schedule.',
  WeixinSubscribeExtras: '',
  WeixinSubscribeControllers: 'controllers.',
};
/** The options that hold the ones of a class, and have no row of their own. */
const SECTIONS =
  /^(authorization|accounts\[\]\.apiSecurity\.applicationKey|token|http|delivery|broadcast|cards|jssdk|scenes|templates|retention|rateLimit|schedule|accounts)$/;

interface Option {
  path: string;
  /** As the code has it, e.g. `60` or `'token'`. */
  initial?: string;
  /** Smallest and largest, or the words to choose from. */
  values: string[];
}

const sources = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' })
  .filter((file) => /(\.options|quiet-hours|module-definition|account-kinds)\.ts$/.test(file))
  .map((file) =>
    ts.createSourceFile(file, readFileSync(join(LIBRARY, file), 'utf8'), ts.ScriptTarget.Latest, true),
  );

/** `const GRANT_RULES = ['set', 'count'] as const` → its words. */
const choices = new Map(
  sources.flatMap(({ text }) =>
    [...text.matchAll(/const ([A-Z_]+) = \[([^\]]*)\] as const/g)].map(
      ([, name, list]): [string, string[]] => [
        name,
        [...list.matchAll(/'([^']+)'/g)].map(([, word]) => word),
      ],
    ),
  ),
);

const grouped = (written: string) => Number(written.replaceAll('_', '')).toLocaleString('en-US');

function valuesOf(member: ts.PropertyDeclaration | ts.PropertySignature): string[] {
  const decorators = ts.canHaveDecorators(member) ? (ts.getDecorators(member) ?? []) : [];
  return decorators.flatMap((decorator) => {
    const text = decorator.expression.getText();
    const [, min, max] = /^IsWhole\(([\d_]+), (\w+)\)$/.exec(text) ?? [];
    if (min !== undefined)
      return /^[\d_]+$/.test(max) ? [`${grouped(min)}–${grouped(max)}`] : [`${grouped(min)}–`];
    if (text === 'IsScene()') return ['0–10,000'];
    if (text === 'IsDays()') return ['0–36,500'];
    if (text === 'IsShare()') return ['0–1'];
    const [, list] = /^IsChoice\((\w+)\)$/.exec(text) ?? [];
    return (choices.get(list) ?? []).map((word) => `\`${word}\``);
  });
}

const isSettings = (name: string) => /(Options|Config|Extras|Controllers|Key)$/.test(name);

const declared: Option[] = [];
const unplaced: string[] = [];
for (const source of sources) {
  source.forEachChild((node) => {
    if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return;
    const name = String(node.name?.text);
    const at = WRITTEN_AT[name];
    if (at === undefined) {
      if (
        ts.isClassDeclaration(node) &&
        !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword)
      ) {
        if (isSettings(name)) unplaced.push(name);
      }
      return;
    }
    for (const member of node.members) {
      if (!ts.isPropertyDeclaration(member) && !ts.isPropertySignature(member)) continue;
      const path = `${at}${member.name.getText()}`;
      if (SECTIONS.test(path)) continue;
      const initial = ts.isPropertyDeclaration(member) ? member.initializer?.getText() : undefined;
      declared.push({ path, initial, values: valuesOf(member) });
    }
  });
}

describe.each(LANGUAGES)('the page about options in %s', (language) => {
  const rows = readFileSync(`docs/${language}/options.md`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, path, initial, values] = /^\| `([^`]+)` \| (.*?) \| (.*?) \| .* \|$/.exec(line) ?? [];
      return path === undefined ? [] : [{ path, initial, values }];
    });

  it('has each option once, and no other', () => {
    expect(declared.length).toBeGreaterThan(70);
    const own = rows.map(({ path }) => path).filter((path) => path !== 'accounts[]');
    // Pushes are signed or not: two classes for one section.
    expect(own.sort()).toEqual([...new Set(declared.map(({ path }) => path))].sort());
  });

  it('shows the defaults of the code', () => {
    const wrong = declared.filter(({ path, initial }) => {
      if (initial === undefined || path === 'broadcast.concurrency') return false;
      const row = rows.find((one) => one.path === path);
      const shown =
        /^'/.test(initial) || /^(true|false)$/.test(initial)
          ? `\`${initial.replaceAll("'", '')}\``
          : initial.replaceAll('_', '');
      return row?.initial !== shown;
    });
    expect(wrong).toEqual([]);
  });

  it('shows the ranges and the words to choose from', () => {
    const missing = declared.flatMap(({ path, values }) => {
      const row = rows.find((one) => one.path === path);
      return values.filter((value) => !row?.values.includes(value)).map((value) => `${path}: ${value}`);
    });
    expect(missing).toEqual([]);
  });

  it('shows every scope', () => {
    const row = rows.find(({ path }) => path === 'serviceKeys.*.scopes');
    expect(row?.values).toBe(SERVICE_SCOPES.map((scope) => `\`${scope}\``).join(' · '));
  });
});

it('every class of options is known to this test', () => {
  expect(unplaced).toEqual([]);
});
