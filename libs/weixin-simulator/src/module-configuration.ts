import type { AccountOptions } from './config/options.js';

/**
 * What a NestJS host writes into the `imports` of its AppModule to work with this simulator, as lines of
 * TypeScript.
 * @param accounts those of the simulator, with their secrets
 */
export function* moduleConfiguration(url: string, accounts: AccountOptions[]): Generator<string> {
  yield 'WeixinSubscribeModule.forRoot({';
  yield "  dataSource: 'own',";
  yield "  database: { type: 'better-sqlite3', database: 'weixin.db' },";
  yield "  publicBaseUrl: 'http://localhost:3000',";
  yield `  apiBaseUrl: ${quoted(url)},`;
  yield `  mpBaseUrl: ${quoted(url)},`;
  yield '  accounts: [';
  for (const account of accounts) yield* accountLines(account);
  yield '  ],';
  yield "  serviceKeys: { courses: 'a-key-of-16-characters-or-more' },";
  yield '}),';
}

/** An account without templates sends nothing, and the module takes none such. */
function* accountLines({ appId, appSecret, kind, ...account }: AccountOptions): Generator<string> {
  const templates = [...templateLines(kind, account)];
  if (templates.length === 0) return;
  yield '    {';
  yield `      appId: ${quoted(appId)},`;
  yield `      appSecret: ${quoted(appSecret)},`;
  yield `      kind: ${quoted(kind)},`;
  yield '      templates: [';
  yield* templates;
  yield '      ],';
  yield '    },';
}

function* templateLines(
  kind: AccountOptions['kind'],
  { templates = [], subscribeTemplates = [], formTemplates = [] }: Partial<AccountOptions>,
): Generator<string> {
  for (const id of templates) yield `        ${quoted(id)},`;
  const channel = kind === 'mini-program' ? 'mini-subscribe' : 'service-notice';
  for (const { priTmplId } of subscribeTemplates) yield templateOf(priTmplId, channel);
  for (const { templateId } of formTemplates) yield templateOf(templateId, 'mini-template');
}

const templateOf = (id: string, channel: string) =>
  `        { id: ${quoted(id)}, channel: ${quoted(channel)} },`;

/** As TypeScript writes it, whatever a config file has in it. */
const quoted = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
