import type { Schema } from 'nestjs-weixin-subscribe/openapi';
import type { Language } from './languages.js';

type Content = Record<string, { schema: Schema }>;

/** As much of an operation as is shown. */
interface Operation {
  tags: string[];
  operationId: string;
  summary: string;
  description?: string;
  security?: object[];
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

/** What `weixinOpenApi(app)` returns. */
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const WORDS = {
  en: {
    title: 'REST reference',
    other: 'English · [简体中文](../zh/rest.md) · [README](../../README.md)',
    intro:
      'All routes of this library, from the OpenAPI document that `weixinOpenApi(app)` returns; your prefix and version move them. ' +
      '[Routes at a glance](routes.md) has them in one table. Errors are problem documents with a stable `code`: [Errors](errors.md).',
    key: 'Service key',
    scope: 'scope',
    parameter: ['parameter', 'in', 'type', 'meaning'],
    field: ['field', 'type', 'meaning'],
    response: ['status', 'meaning', 'body'],
    body: 'Body',
    anyOf: 'one of',
    schemas: 'Schemas',
    required: 'required',
    tags: { Ask: 'Ask', Send: 'Send' } as Record<string, string>,
  },
  zh: {
    title: 'REST 接口',
    other: '[English](../en/rest.md) · 简体中文 · [README](../../README.zh-CN.md)',
    intro:
      '本库的全部路由，由 `weixinOpenApi(app)` 返回的 OpenAPI 文档生成（说明为英文）；路径会随你的前缀和版本变化。' +
      '一张表看全部：[路由一览](routes.md)。错误一律是带稳定 `code` 的问题文档：[错误与处理](errors.md)。',
    key: '服务密钥',
    scope: 'scope',
    parameter: ['参数', '位置', '类型', '含义'],
    field: ['字段', '类型', '含义'],
    response: ['状态码', '含义', '响应体'],
    body: '请求体',
    anyOf: '以下之一',
    schemas: '数据结构',
    required: '必填',
    tags: { Ask: '授权' } as Record<string, string>,
  },
};

/** The page about the REST routes: one section per group, one heading per operation, then all schemas. */
export function restPage(document: Document, language: Language): string {
  const words = WORDS[language];
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  const groups = [...new Set(operations.map(({ operation }) => operation.tags[0]))];
  const lines = [`# ${words.title}`, '', words.other, '', words.intro, ''];
  for (const group of groups) {
    lines.push(`## ${groupName(group, language)}`, '');
    for (const { method, path, operation } of operations)
      if (operation.tags[0] === group) lines.push(...section(method, path, operation, document, language));
  }
  lines.push(`## ${words.schemas}`, '');
  for (const [name, schema] of Object.entries(document.components.schemas))
    lines.push(
      `### ${name} {#schema-${name.toLowerCase()}}`,
      '',
      ...(schema.description ? [text(schema.description), ''] : []),
      ...fields(schema, language),
      ...example(schema),
    );
  return lines.join('\n');
}

/** `Send 发送` holds the name in both languages. */
function groupName(tag: string, language: Language): string {
  const [en, zh = en] = tag.split(' ');
  return WORDS[language].tags[en] ?? (language === 'en' ? en : zh);
}

function section(
  method: string,
  path: string,
  operation: Operation,
  document: Document,
  language: Language,
): string[] {
  const words = WORDS[language];
  const { parameters = [], requestBody, responses, security } = operation;
  const scope = /scope ([a-z:-]+)/.exec(responses['403']?.description ?? '')?.[1];
  const access = security ? ` · ${words.key}${scope ? `, ${words.scope} \`${scope}\`` : ''}` : '';
  return [
    `### ${text(operation.summary)} {#${operation.operationId.toLowerCase().replaceAll('_', '-')}}`,
    '',
    `**\`${method.toUpperCase()} ${path}\`**${access}`,
    '',
    ...(operation.description ? [text(operation.description), ''] : []),
    ...(parameters.length > 0
      ? [
          ...head(words.parameter),
          ...parameters.map(
            ({ name, in: place, required, description = '', schema }) =>
              `| \`${name}\`${required ? ` *${words.required}*` : ''} | ${place} | ${typeOf(schema)} | ${text(description)} |`,
          ),
          '',
        ]
      : []),
    ...(requestBody ? body(requestBody, document, language) : []),
    ...head(words.response),
    ...Object.entries(responses).map(
      ([status, { description, content = {} }]) =>
        `| ${status} | ${text(description)} | ${Object.entries(content).map(bodyOf).join('<br>')} |`,
    ),
    '',
  ];
}

function body(
  { content }: NonNullable<Operation['requestBody']>,
  document: Document,
  language: Language,
): string[] {
  const words = WORDS[language];
  return Object.entries(content).flatMap(([type, { schema }]) => {
    const known = schema.$ref ? document.components.schemas[nameOf(schema.$ref)] : schema;
    const title = schema.anyOf ? `${words.body}, ${words.anyOf}` : words.body;
    return [
      `${title}: ${typeOf(schema)} · \`${type}\``,
      '',
      ...(known.properties ? fields(known, language) : []),
      ...example(known),
    ];
  });
}

function fields({ properties, required = [] }: Schema, language: Language): string[] {
  if (!properties) return [];
  const words = WORDS[language];
  return [
    ...head(words.field),
    ...Object.entries(properties).map(
      ([name, schema]) =>
        `| \`${name}\`${required.includes(name) ? ` *${words.required}*` : ''} | ${typeOf(schema)} | ${text(schema.description ?? '')} |`,
    ),
    '',
  ];
}

/** What the schema gives as an example, or the examples of its required fields where each has one. */
function example({ example: given, properties = {}, required = [] }: Schema): string[] {
  const values = required.map((name): [string, unknown] => [name, properties[name]?.example]);
  const isWhole = values.length > 0 && values.every(([, value]) => value !== undefined);
  const shown = given ?? (isWhole ? Object.fromEntries(values) : undefined);
  return typeof shown === 'object' ? ['```json', JSON.stringify(shown, null, 2), '```', ''] : [];
}

const bodyOf = ([type, { schema }]: [string, { schema: Schema }]) =>
  schema.$ref ? typeOf(schema) : `\`${type}\``;

const nameOf = (reference: string) => String(reference.split('/').at(-1));

function typeOf(schema: Schema): string {
  if (schema.$ref) return `[${nameOf(schema.$ref)}](#schema-${nameOf(schema.$ref).toLowerCase()})`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeOf).join(' · ');
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' · ');
  if (schema.type === 'array')
    return `list of ${typeOf(schema.items ?? {})}${size(schema.minItems, schema.maxItems)}`;
  if (schema.properties)
    return `{ ${Object.keys(schema.properties)
      .map((name) => `\`${name}\``)
      .join(', ')} }`;
  const limits = size(schema.minimum, schema.maximum) || size(schema.minLength, schema.maxLength);
  return `${schema.format ?? schema.type ?? 'any'}${limits}`;
}

const size = (least?: number, most?: number) =>
  least === undefined && most === undefined ? '' : ` ${least ?? 0}–${most ?? ''}`;

const head = (columns: string[]) => [`| ${columns.join(' | ')} |`, `|${columns.map(() => '---|').join('')}`];

/** As it is shown in a table of a page that is a Vue template, too. */
const text = (written: string) =>
  written
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '&#123;&#123;')
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ');
