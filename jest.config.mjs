// Nest 12 is ESM-only and Jest's own ESM mode breaks on CommonJS packages that require Nest,
// so everything, node_modules included, is transformed to CommonJS. The one rule this asks for:
// no `import.meta` in a file that a test loads.
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
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/compile-processes.mjs',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  modulePathIgnorePatterns: ['/dist/'],
  testRegex: '\\.(e2e-)?spec\\.ts$',
  moduleNameMapper: {
    '^nestjs-weixin-subscribe$': '<rootDir>/libs/weixin-subscribe/src/index.ts',
    '^nestjs-weixin-subscribe/testing$': '<rootDir>/libs/weixin-subscribe/src/testing/index.ts',
    '^weixin-simulator$': '<rootDir>/libs/weixin-simulator/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': swc({
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    }),
    '^.+\\.m?js$': swc({ parser: { syntax: 'ecmascript' } }),
  },
  transformIgnorePatterns: [],
  // Generous: a slow machine is no failure. No test measures time.
  testTimeout: 30_000,
};
