// The floors of the house: who may import whom. `npm run check:imports` runs it.
// Type-only imports count too, in every rule: a type from the floor above is a dependency like any other.

const SRC = '^libs/weixin-subscribe/src/';

/** Folder of the library → the folders below it that it may import, besides itself. */
const FLOORS = {
  common: [],
  // Background work that all rooms above register: retention and expiry.
  upkeep: ['common'],
  weixin: ['common'],
  grant: ['upkeep', 'common'],
  // Which scene is for what: beside the grants, whose table (and that of the questions) its SQL reads to see whether a scene is in use.
  scene: ['common'],
  migrations: ['common'],
  token: ['upkeep', 'weixin', 'common'],
  // What WeChat's templates may say, and the calls that manage them.
  template: ['token', 'weixin', 'common'],
  delivery: ['template', 'token', 'grant', 'upkeep', 'weixin', 'common'],
  // Reads what happened for people who have to explain it; of the questions, whose door stands above, it knows the table only.
  history: ['delivery', 'grant', 'weixin', 'common'],
  // The doors: none imports another.
  authorization: ['scene', 'grant', 'upkeep', 'weixin', 'common'],
  push: ['delivery', 'grant', 'upkeep', 'weixin', 'common'],
  message: ['history', 'delivery', 'template', 'token', 'grant', 'weixin', 'common'],
  broadcast: ['delivery', 'template', 'token', 'scene', 'grant', 'upkeep', 'weixin', 'common'],
  // A program of its own, which calls the doors of a running host over HTTP like any other service; the review of a template needs no host.
  cli: ['template'],
  // For hosts' own tests: an entry point of its own, imported by nothing here.
  testing: ['push', 'token', 'common'],
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
      name: 'library-and-simulator-apart',
      comment: 'The library and the simulator never import each other, nor an app.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^(?:libs|apps)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'apps-not-past-the-index',
      comment: 'An app sees only what src/index.ts of a library exports.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'apps-by-package-name',
      comment: 'An app imports nestjs-weixin-subscribe and weixin-simulator by name, as any host does.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', dependencyTypesNot: ['aliased-tsconfig-paths'] },
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
      from: { path: '^libs/', pathNot: '\\.(?:e2e-)?spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'not-to-undeclared-package',
      comment: 'The nearest package.json must name the package; that it happens to be installed is luck.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/', pathNot: '\\.(?:e2e-)?spec\\.ts$' },
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
    exclude: { path: '^(?:libs|apps)/[^/]+/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
