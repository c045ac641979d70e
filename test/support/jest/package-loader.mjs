import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname } from 'node:path';
import { Script } from 'node:vm';
import { transformSync } from '@swc/core';

/**
 * Nothing that has to be transformed is missed; a file that only looks like it is transformed without need.
 */
const MODULE_SYNTAX = /(?:^|[;}])\s*(?:import|export)\b|\bimport\s*[(.]/m;
const TO_COMMONJS = {
  swcrc: false,
  sourceMaps: false,
  module: { type: 'commonjs' },
  jsc: { target: 'es2022', keepClassNames: true, parser: { syntax: 'ecmascript' } },
};
const requireNative = createRequire(import.meta.url);

/** By path. Compiled code is bound to no context: all test files that this process runs share it. */
const scripts = new Map();
/** By path: what the names in a file stand for. */
const resolvers = new Map();

/** The modules of packages in one context: each test file has its own, as with Jest's loader. */
export class PackageLoader {
  #context;
  #modules = new Map();

  constructor(context) {
    this.#context = context;
  }

  /** What belongs to Node comes from `jestRequire`, which gives it as a test has it. */
  load(path, jestRequire) {
    const known = this.#modules.get(path);
    if (known) return known.exports;
    if (extname(path) === '.node') return requireNative(path);
    const require = this.#requireOf(path, jestRequire);
    const module = { id: path, filename: path, path: dirname(path), exports: {}, require, children: [], paths: [] };
    this.#modules.set(path, module);
    try {
      const run = scriptOf(path).runInContext(this.#context);
      run.call(module.exports, module.exports, require, module, path, module.path);
    } catch (error) {
      this.#modules.delete(path);
      throw error;
    }
    return module.exports;
  }

  #requireOf(path, jestRequire) {
    const resolve = resolverOf(path);
    const require = (name) => (isBuiltin(name) ? jestRequire(name) : this.load(resolve(name), jestRequire));
    return Object.assign(require, { resolve, cache: {} });
  }
}

function resolverOf(path) {
  if (!resolvers.has(path)) {
    const { resolve } = createRequire(path);
    const known = new Map();
    resolvers.set(path, (name, options) => {
      if (options) return resolve(name, options);
      if (!known.has(name)) known.set(name, resolve(name));
      return known.get(name);
    });
  }
  return resolvers.get(path);
}

function scriptOf(path) {
  if (!scripts.has(path)) {
    const code = `(function (exports, require, module, __filename, __dirname) { ${codeOf(path)}\n})`;
    scripts.set(path, new Script(code, { filename: path }));
  }
  return scripts.get(path);
}

function codeOf(path) {
  const source = readFileSync(path, 'utf8');
  if (extname(path) === '.json') return `module.exports = ${source};`;
  const code = source.replace(/^#!.*/, '');
  return MODULE_SYNTAX.test(code) ? transformSync(code, { ...TO_COMMONJS, filename: path }).code : code;
}
