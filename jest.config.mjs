// Nest 12 is ESM-only and Jest's own ESM mode breaks on CommonJS packages that require Nest,
// so everything, node_modules included, is transformed to CommonJS. The one rule this asks for:
// no `import.meta` in a file that a test loads.
// Jest would resolve, read and compile Nest and TypeORM anew for each test file. So it gets an entry for
// each file of a package, and the environment's loader behind it runs the module: anew in each test file, but
// compiled once per process. There is no cache on disk to go stale. What is lost: jest.mock and
// jest.resetModules do not reach inside packages.
const swc = (module) => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', keepClassNames: true, ...module },
  },
];

export default {
  testEnvironment: '<rootDir>/test/support/jest/environment.mjs',
  testSequencer: '<rootDir>/test/support/jest/sequencer.mjs',
  globalSetup: '<rootDir>/test/support/compile-processes.mjs',
  globalTeardown: '<rootDir>/test/support/drop-templates.mjs',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  // Hosts run their own tests: .ci/hosts.mjs.
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/test/hosts/'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/hosts/'],
  testRegex: '\\.(e2e-)?spec\\.ts$',
  moduleNameMapper: {
    '^nestjs-weixin-subscribe$': '<rootDir>/libs/weixin-subscribe/src/index.ts',
    '^nestjs-weixin-subscribe/token$': '<rootDir>/libs/weixin-subscribe/src/token.ts',
    '^nestjs-weixin-subscribe/broadcast$': '<rootDir>/libs/weixin-subscribe/src/broadcast/index.ts',
    '^nestjs-weixin-subscribe/review$': '<rootDir>/libs/weixin-subscribe/src/template/review/index.ts',
    '^nestjs-weixin-subscribe/history$': '<rootDir>/libs/weixin-subscribe/src/history/index.ts',
    '^nestjs-weixin-subscribe/openapi$': '<rootDir>/libs/weixin-subscribe/src/openapi/index.ts',
    '^nestjs-weixin-subscribe/testing$': '<rootDir>/libs/weixin-subscribe/src/testing/index.ts',
    '^nestjs-weixin-subscribe-console$': '<rootDir>/libs/weixin-console/src/index.ts',
    '^weixin-subscribe-client$': '<rootDir>/libs/weixin-subscribe-client/src/index.ts',
    '^weixin-simulator$': '<rootDir>/libs/weixin-simulator/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': swc({
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    }),
    '/node_modules/.+\\.[cm]?js$': '<rootDir>/test/support/jest/package-entry.mjs',
  },
  transformIgnorePatterns: [],
  // A worker whose heap has grown through dozens of suites spends half of its time on collecting garbage.
  workerIdleMemoryLimit: '1GB',
  // Generous: a slow machine is no failure. No test measures time.
  testTimeout: 180_000,
};
