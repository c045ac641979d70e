// The floors of the house: who may import whom. `npm run check:imports` runs it.
// Type-only imports count too, in every rule: a type from the floor above is a dependency like any other.

const SRC = '^libs/weixin-subscribe/src/';

/** Folder of the library → the folders below it that it may import, besides itself. */
export const FLOORS = {
  kernel: [],
  weixin: ['kernel'],
  // What an account is: its keys of API security are of the room that signs.
  account: ['weixin', 'kernel'],
  sql: ['kernel'],
  http: ['kernel'],
  upkeep: ['account', 'sql', 'kernel'],
  migrations: ['kernel'],
  grant: ['account', 'http', 'upkeep', 'sql', 'kernel'],
  // Which scene is for what; a grant holds its scene, and so does an open question, which authorization/
  // registers.
  scene: ['grant', 'account', 'sql', 'kernel'],
  token: ['weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // Accounts of a source, their table and routes; sealed with the keys that seal tokens.
  'account-source': ['token', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // Beside the core of the token service, which knows none of them: the root puts them together.
  'token-audit': ['token', 'account', 'upkeep', 'sql', 'kernel'],
  'token-drop-in': ['token', 'token-audit', 'weixin', 'account', 'http', 'kernel'],
  'token-remote': ['token', 'weixin', 'account', 'kernel'],
  'token-rest': ['token', 'token-audit', 'http', 'kernel'],
  // Who a person is, by what WeChat says.
  identity: ['weixin', 'account', 'kernel'],
  // Signatures for web pages that use WeChat's JS-SDK.
  jssdk: ['token', 'account', 'http', 'kernel'],
  // What WeChat's templates may say, and the calls that manage them.
  template: ['token', 'weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  delivery: ['template', 'token', 'scene', 'grant', 'weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // Reads what happened for people who have to explain it.
  history: [
    'card',
    'delivery',
    'authorization',
    'grant',
    'weixin',
    'account',
    'http',
    'upkeep',
    'sql',
    'kernel',
  ],
  // What may still be sent to the person who asks.
  balance: ['delivery', 'authorization', 'grant', 'account', 'http', 'kernel'],
  // Why somebody did not get a message: what all of these tell, in plain words.
  explain: [
    'history',
    'card',
    'delivery',
    'template',
    'token',
    'grant',
    'weixin',
    'account',
    'http',
    'upkeep',
    'kernel',
  ],
  authorization: ['identity', 'scene', 'grant', 'weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // The going-live checklist, run for real.
  doctor: ['delivery', 'template', 'token', 'weixin', 'account', 'http', 'upkeep', 'kernel'],
  push: ['delivery', 'grant', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // Service cards; on push/ for WeChat's report about them.
  card: ['push', 'delivery', 'token', 'weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // A third-party platform: what WeChat tells it comes as pushes do.
  component: ['push', 'token', 'identity', 'weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  broadcast: ['delivery', 'token', 'scene', 'grant', 'weixin', 'account', 'http', 'upkeep', 'sql', 'kernel'],
  // Who changed what through the routes.
  audit: ['http', 'upkeep', 'sql', 'kernel'],
  // What is wrong and what runs, for the people who operate it.
  overview: [
    'broadcast',
    'push',
    'history',
    'delivery',
    'template',
    'token',
    'weixin',
    'account',
    'http',
    'upkeep',
    'kernel',
  ],
  // Describes the routes of all rooms from what their decorators say: it needs none of the rooms for it.
  openapi: ['http', 'kernel'],
  // For hosts' own tests: an entry point of its own, imported by nothing here.
  testing: ['push', 'token', 'kernel'],
};

const folders = (names) => `${SRC}(?:${names.join('|')})/`;

const floorRules = Object.entries(FLOORS).map(([folder, below]) => ({
  name: `floor-${folder}`,
  comment: `${folder}/ may import ${below.length ? below.map((name) => `${name}/`).join(', ') : 'nothing of ours'}; no other folder and no root file.`,
  severity: 'error',
  from: { path: folders([folder]) },
  to: { path: SRC, pathNot: folders([folder, ...below]) },
}));

export default {
  forbidden: [
    ...floorRules,
    {
      name: 'folder-without-floor',
      comment: 'A folder of the library must have its place in FLOORS of .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: `${SRC}[^/]+/`, pathNot: folders(Object.keys(FLOORS)) },
      to: {},
    },
    {
      name: 'not-to-testing',
      comment: 'testing/ is what a host imports in its tests; the library itself runs without it.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/', pathNot: folders(['testing']) },
      to: { path: folders(['testing']) },
    },
    {
      name: 'libs-apart',
      comment: 'No package of libs/ imports another, nor an app.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: '^libs/weixin-(?:subscribe-cli|console)/' },
      to: { path: '^(?:libs|apps)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'command-line-by-package-name',
      comment:
        'The command line sees of the library what a host sees, by the name of its package; nothing else of ours.',
      severity: 'error',
      from: { path: '^libs/weixin-subscribe-cli/' },
      to: {
        path: '^(?:libs|apps)/',
        pathNot: ['^libs/weixin-subscribe-cli/', '^libs/weixin-subscribe/src/template/review/index\\.ts$'],
      },
    },
    {
      name: 'console-by-package-name',
      comment:
        'The console sees of the library what any package sees: its index, by the name of its package.',
      severity: 'error',
      from: { path: '^libs/weixin-console/' },
      to: {
        path: '^(?:libs|apps)/',
        pathNot: ['^libs/weixin-console/', '^libs/weixin-subscribe/src/index\\.ts$'],
      },
    },
    {
      name: 'apps-not-past-the-index',
      comment: 'An app sees only the entry points of a library.',
      severity: 'error',
      from: { path: '^apps/' },
      to: {
        path: '^libs/',
        pathNot: '^libs/[^/]+/src/(?:index|token|(?:broadcast|history|openapi)/index)\\.ts$',
      },
    },
    {
      name: 'apps-by-package-name',
      comment: 'An app imports nestjs-weixin-subscribe and weixin-simulator by name, as any host does.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', dependencyTypesNot: ['aliased-tsconfig-paths'] },
    },
    {
      name: 'command-line-not-past-the-name',
      comment: 'A relative path into the library would not exist once the package is installed.',
      severity: 'error',
      from: { path: '^libs/weixin-(?:subscribe-cli|console)/' },
      to: { path: '^libs/weixin-subscribe/', dependencyTypesNot: ['aliased-tsconfig-paths'] },
    },
    {
      name: 'not-to-test',
      comment: 'test/ is for tests; what libs and apps share lives in libs.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/' },
      to: { path: '^test/' },
    },
    {
      name: 'not-to-spec',
      comment: 'A spec is run, not imported.',
      severity: 'error',
      from: {},
      to: { path: '\\.(?:e2e-)?spec\\.ts$' },
    },
    {
      name: 'libs-not-to-dev-dependency',
      comment: 'A host that installs the library does not get its devDependencies.',
      severity: 'error',
      from: {
        path: '^libs/',
        pathNot: ['\\.(?:e2e-)?spec\\.ts$', '^libs/(?:build|weixin-console/build-web)\\.mjs$'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'not-to-undeclared-package',
      comment: 'The nearest package.json must name the package; that it happens to be installed is luck.',
      severity: 'error',
      from: {
        path: '^(?:libs|apps)/',
        pathNot: ['\\.(?:e2e-)?spec\\.ts$', '^libs/weixin-console/build-web\\.mjs$'],
      },
      // An optional peer (peerDependenciesMeta) is reported as both.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-circular',
      comment: 'Files that need each other are one file, or need a third below them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The console's page is a program of its own: what it imports is built into it, nothing of ours among it.
    exclude: { path: '^(?:(?:libs|apps)/[^/]+/dist|libs/weixin-console/web(?:-dist)?)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
