import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import type { Command } from 'commander';
import type { OpenApiDocument } from 'nestjs-weixin-subscribe/openapi';
import { WeixinSimulator } from 'weixin-simulator';
import { LANGUAGES } from '../../docs/languages.js';
import { PROBLEMS } from '../../docs/problems.js';
import { commandLine } from '../../libs/weixin-subscribe-cli/src/command-line.js';
import { everyRoute } from '../support/every-route.js';

// What the pages show beside TypeScript: shell, requests, responses, and names in prose.

const CLI_README = 'libs/weixin-subscribe-cli/README.md';
const PAGES = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'apps/demo/README.md',
  'docs/architecture.md',
  ...LANGUAGES.map((language) => `docs/${language}`)
    .concat('docs/decisions')
    .flatMap((folder) => readdirSync(folder).map((page) => join(folder, page)))
    // Generated from the document that these are held against; not committed.
    .filter((page) => page.endsWith('.md') && !page.endsWith('/rest.md')),
  ...readdirSync('libs')
    .map((folder) => join('libs', folder, 'README.md'))
    .filter((page) => existsSync(page)),
];
const textOf = (page: string) => readFileSync(page, 'utf8');
const blocksOf = (page: string, language: string) =>
  [...textOf(page).matchAll(new RegExp(`^ *\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(
    ([, code]) => code,
  );
/** What stands between single backticks, blocks left out. */
const namesIn = (page: string) =>
  [
    ...textOf(page)
      .replace(/^ *```[\s\S]*?^ *```/gm, '')
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, name]) => name);

/** What is wrong, as `page: what`; of all pages at once, so that a failure shows all of it. */
const wrong = (find: (page: string) => string[]) =>
  PAGES.flatMap((page) => [...new Set(find(page))].map((what) => `${page}: ${what}`));

/** The commands of shell blocks, continued lines joined; a quoted text may have lines of its own. */
const commandsOf = (page: string) =>
  blocksOf(page, 'bash').flatMap(
    (block) => block.replaceAll('\\\n', ' ').match(/(?:'[^']*'|"[^"]*"|[^'"\n])+/g) ?? [],
  );

describe('shell', () => {
  it('has no remark behind a command: zsh would pass it on, and npm would install its words', () => {
    expect(
      wrong((page) =>
        commandsOf(page).filter((line) => /(^|\s)#/.test(line.replace(/'[^']*'|"[^"]*"/g, ''))),
      ),
    ).toEqual([]);
  });

  it('runs scripts that there are', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const missing = wrong((page) =>
      [...textOf(page).matchAll(/npm run ([\w:-]+)/g)]
        .map(([, name]) => name)
        .filter((name) => !scripts[name]),
    );
    expect(missing).toEqual([]);
  });
});

describe('the command line', () => {
  const program = commandLine('0.0.0', () => undefined);
  const child = (command: Command, name: string) => command.commands.find((one) => one.name() === name);
  const leavesOf = (command: Command, path: string[] = []): string[] =>
    command.commands.length
      ? command.commands.flatMap((one) => leavesOf(one, [...path, one.name()]))
      : [path.join(' ')];

  /** What of a written command is not one of the program: a word, or a flag. */
  function unknownIn(written: string): string[] {
    const words = written
      .replace(/'[^']*'|"[^"]*"/g, 'TEXT')
      .split(/\s+/)
      .filter(Boolean);
    let command = program;
    while (words.length && child(command, words[0]))
      command = child(command, String(words.shift())) as Command;
    if (command.commands.length) return [`${words[0]} of ${written}`];
    const flags = words.map((word) => word.split('=')[0]).filter((word) => /^--?[a-z]/.test(word));
    return flags.filter((flag) => !command.options.some(({ short, long }) => [short, long].includes(flag)));
  }

  it('is called by the name that npx finds, with commands and flags that there are', () => {
    const calls = wrong((page) =>
      [
        ...commandsOf(page),
        ...blocksOf(page, 'console').flatMap((block) => block.split('\n')),
        ...namesIn(page),
      ]
        .flatMap(
          (line) =>
            /(?:^|\s|\$ )npx ((?:nestjs-)?weixin-subscribe\S*)\s+(.*)/s.exec(line)?.slice(1, 3).join(' ') ??
            [],
        )
        .flatMap((call) => {
          const [name, ...rest] = call.split(' ');
          if (name !== 'nestjs-weixin-subscribe-cli') return [`npx ${name}`];
          return /…/.test(rest.join(' ')) ? [] : unknownIn(rest.join(' ').replaceAll('"$@"', ''));
        }),
    );
    expect(calls).toEqual([]);
  });

  it('has each command in both halves of its README', () => {
    const leaves = leavesOf(program);
    expect(leaves.length).toBeGreaterThan(25);
    for (const half of textOf(CLI_README).split('## 中文')) {
      const listed = [...half.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) => {
        const [first, ...others] = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
        const group = first.split(' ').slice(0, -1);
        return [first, ...others.map((name) => [...group, name].join(' '))];
      });
      expect(listed.sort()).toEqual(leaves.toSorted());
    }
  });
});

interface Exchange {
  method: string;
  /** Without host and query. */
  path: string;
  /** Names of its query parameters. */
  query: string[];
  body?: string;
  /** Status and body of the response that is shown with it. */
  response?: { status: string; body?: string };
}

const METHODS = 'GET|POST|PUT|PATCH|DELETE';
function exchange(method: string, address: string, more: Partial<Exchange> = {}): Exchange {
  const [path, query = ''] = address.replace(/^https?:\/\/[^/]+/, '').split('?');
  const names = query.split('&').flatMap((pair) => /^[\w-]+/.exec(pair) ?? []);
  return { method, path: path.replace(/\/$/, ''), query: names, ...more };
}

function curlsOf(page: string): Exchange[] {
  const calls = commandsOf(page).flatMap((line) =>
    line.split(/(?=\bcurl )/).filter((call) => call.startsWith('curl ')),
  );
  return calls.flatMap((call) => {
    const address = /https?:\/\/[^\s"')]+/.exec(call)?.[0] ?? '';
    const body = /-d '([^']*)'/.exec(call)?.[1];
    const method = /-X (\w+)/.exec(call)?.[1] ?? (/ (-d|-T) /.test(call) ? 'POST' : 'GET');
    return [exchange(method, address, { body })];
  });
}

function httpOf(page: string): Exchange[] {
  return blocksOf(page, 'http').map((block) => {
    const [asked, answered] = block.split(/^(?=HTTP\/)/m);
    const [, method = '', address = ''] = /^(\w+) (\S+)/.exec(asked) ?? [];
    const bodyOf = (text: string) => text.trim().split('\n\n')[1];
    const status = /^HTTP\/1\.1 (\d+)/.exec(answered ?? '')?.[1];
    return exchange(method, address, {
      body: bodyOf(asked),
      response: status === undefined ? undefined : { status, body: bodyOf(answered) },
    });
  });
}

/** `GET /weixin/grants?appId` in a sentence or a table; several methods may share one path. */
function namedOf(page: string): Exchange[] {
  return namesIn(page).flatMap((name) => {
    const [, methods = '', address = ''] =
      new RegExp(`^((?:${METHODS})(?:\\\\?\\|(?:${METHODS}))*) (/\\S+)`).exec(name) ?? [];
    return methods ? methods.split(/\\?\|/).map((method) => exchange(method, address)) : [];
  });
}

type Operation = {
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
};

describe('requests and responses', () => {
  let library: OpenApiDocument;
  let simulator: Pick<OpenApiDocument, 'paths' | 'components'>;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  beforeAll(async () => {
    library = await everyRoute();
    const started = await WeixinSimulator.start();
    simulator = (await (await fetch(`${started.url}/_simulator/openapi.json`)).json()) as typeof simulator;
    await started.close();
    ajv.addSchema({ $id: 'library', components: library.components });
    ajv.addSchema({ $id: 'simulator', components: simulator.components });
  });

  const operationOf = ({ method, path }: Exchange): Operation | undefined => {
    const paths = (path.startsWith('/_simulator') ? simulator : library).paths as Record<
      string,
      Record<string, Operation>
    >;
    // A segment that a page writes as :id, <id> or $ID, or with a real id, stands for a parameter.
    const fits = (template: string) =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path.replace(/\(.*$/, ''));
    const found = Object.keys(paths)
      .filter(fits)
      .sort((one, other) => one.split('{').length - other.split('{').length);
    return found.length ? paths[found[0]]?.[method.toLowerCase()] : undefined;
  };
  const ours = (all: Exchange[]) => all.filter(({ path }) => /^\/(weixin|_simulator)\//.test(path));
  const complaints = (schema: object, json?: string, from = 'library'): string[] => {
    // Within a text an ellipsis or `<key>` stands for the rest; outside, for members.
    const written = json?.replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) => text.replace(/…|<[^>]*>/g, 'x'));
    if (written === undefined || written.includes('…')) return [];
    const check = ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('#/components', `${from}#/components`)),
    );
    return check(JSON.parse(written))
      ? []
      : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  it('go to routes that there are, with query parameters that there are', () => {
    const unknown = wrong((page) =>
      ours([...curlsOf(page), ...httpOf(page), ...namedOf(page)]).flatMap((one) => {
        const operation = operationOf(one);
        if (!operation) return [`${one.method} ${one.path}`];
        if (!one.query.length || one.path.startsWith('/_simulator')) return [];
        const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
        const strange = one.query.filter((name) => !parameters.some((parameter) => parameter.name === name));
        const missing = parameters.filter(({ name, required }) => required && !one.query.includes(name));
        return [
          ...strange.map((name) => `${one.method} ${one.path} takes no ${name}`),
          ...missing.map(({ name }) => `${one.method} ${one.path} requires ${name}`),
        ];
      }),
    );
    expect(unknown).toEqual([]);
  });

  it('have bodies that the routes take, and responses that they give', () => {
    const unlike = wrong((page) =>
      ours([...curlsOf(page), ...httpOf(page)]).flatMap((one) => {
        const { requestBody, responses = {} } = operationOf(one) ?? {};
        const shown = Object.values(responses[one.response?.status ?? '']?.content ?? {})[0]?.schema;
        const from = one.path.startsWith('/_simulator') ? 'simulator' : 'library';
        return [
          ...complaints(requestBody?.content['application/json']?.schema ?? {}, one.body, from),
          ...complaints(shown ?? {}, one.response?.body, from),
        ].map((complaint) => `${one.method} ${one.path}: ${complaint}`);
      }),
    );
    expect(unlike).toEqual([]);
  });

  /** What an object of a JSON block is, by its fields. */
  const KINDS: [schema: string, fields: string[]][] = [
    ['ProblemDetails', ['type', 'code']],
    ['Grants', ['available', 'grants']],
    ['BroadcastProgress', ['claimed', 'inFlight']],
    ['Broadcast', ['audience', 'status']],
    ['Message', ['channel', 'acceptedAt']],
    ['AddAccount', ['appSecret', 'kind']],
  ];

  it('are whole where a page shows an object', () => {
    let shown = 0;
    const unlike = wrong((page) =>
      blocksOf(page, 'json').flatMap((block) => {
        // Two objects, one below the other, are shortened ones.
        if (/^\{.*\}\n\{/.test(block)) return [];
        const kind = KINDS.find(([, fields]) => fields.every((field) => field in JSON.parse(block)));
        if (!kind) return [];
        shown += 1;
        return complaints({ $ref: `#/components/schemas/${kind[0]}` }, block).map(
          (complaint) => `${kind[0]}: ${complaint}`,
        );
      }),
    );
    expect(unlike).toEqual([]);
    expect(shown).toBeGreaterThan(20);
  });
});

describe('names in prose', () => {
  const code = ['libs', 'apps/demo/src', 'monitoring']
    .flatMap((root) =>
      readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)),
    )
    .filter((file) => /\.(ts|vue|yaml)$/.test(file) && !/node_modules|\/dist\/|\.spec\.ts$/.test(file))
    .map((file) => textOf(file))
    .join('\n');
  const options = [...textOf('docs/en/options.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path);
  /** Actions of the audit log look like options. */
  const actions = new Set([...code.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, action]) => action));
  const sections = new Set(options.filter((path) => path.includes('.')).map((path) => path.split(/[.[]/)[0]));

  it('are codes and constants that there are', () => {
    const known = new Set([...code.matchAll(/WEIXIN_[A-Z_\d]+/g)].map(([name]) => name));
    for (const [name] of textOf('apps/demo/.env.example').matchAll(/WEIXIN_[A-Z_\d]+/g)) known.add(name);
    expect(PROBLEMS.length).toBeGreaterThan(20);
    const unknown = wrong((page) =>
      namesIn(page)
        .filter((name) => /^WEIXIN_[A-Z_\d]+$/.test(name) && !known.has(name))
        // A variable of the page's own program.
        .filter((name) => !textOf(page).includes(`process.env.${name}`)),
    );
    expect(unknown).toEqual([]);
  });

  it('are events, metrics, attributes and tables that there are', () => {
    const unknown = wrong((page) =>
      namesIn(page)
        .filter((name) => /^weixin(\.[a-z_-]+)+$|^weixin_[a-z_]+$/.test(name))
        // A variable of the README; the cookies, whose names are put together.
        .filter((name) => !/^weixin\.url$|^weixin_subscribe_/.test(name))
        .filter((name) => !new RegExp(`['"\`_]${name.replaceAll('.', '\\.')}['"\`]`).test(code))
        // As the exporter of Prometheus writes a metric.
        .filter(
          (name) =>
            !code.includes(`'${name.replace(/_(total|bucket|seconds_bucket)$/, '').replaceAll('_', '.')}'`),
        ),
    );
    expect(unknown).toEqual([]);
  });

  it('are options that there are', () => {
    const unknown = wrong((page) =>
      namesIn(page)
        .flatMap((name) => /^(\w+(?:\[\])?(?:\.[\w[\]*]+)+)(?:: .*)?$/.exec(name)?.[1] ?? [])
        .filter((name) => sections.has(name.split(/[.[]/)[0]) && !actions.has(name))
        // Of another SDK; of the simulator; a file.
        .filter((name) => !['http.baseURL', 'component.refreshToken', 'token.service.ts'].includes(name))
        .filter(
          (name) =>
            !options.some(
              (path) => path === name || path.startsWith(`${name}.`) || path.endsWith(`.${name}`),
            ),
        ),
    );
    expect(unknown).toEqual([]);
  });

  it('are files that there are', () => {
    const unknown = wrong((page) =>
      namesIn(page)
        .flatMap(
          (name) => /(?:^| )((?:test|bench|docs|libs|apps|monitoring|\.ci)\/[\w./-]+)/.exec(name)?.[1] ?? [],
        )
        .filter((path) => path !== 'docs/.site') // what the build makes
        // A test may be named by the beginning of its name.
        .filter(
          (path) =>
            !existsSync(path) &&
            !(
              existsSync(dirname(path)) &&
              readdirSync(dirname(path)).some((file) => file.startsWith(basename(path)))
            ),
        ),
    );
    expect(unknown).toEqual([]);
  });
});
