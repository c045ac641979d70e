/**
 * Where a source file is as JavaScript: Jest's setup compiles all of them before all suites
 * (compile-processes.mjs). A process that compiles them itself takes twice the time to start; test/docs runs
 * the commands of package.json as they are.
 */
export const compiled = (file: string) =>
  `node_modules/.cache/test-processes/bundled/${file.replace(/\.ts$/, '.js')}`;
