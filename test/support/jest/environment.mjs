import { appendFileSync, readFileSync } from 'node:fs';
import { TestEnvironment } from 'jest-environment-node';
import { PackageLoader } from './package-loader.mjs';

/** Node, with a loader for packages of our own: see jest.config.mjs. */
export default class extends TestEnvironment {
  #path;
  #since = cpuTicks();

  constructor(config, context) {
    super(config, context);
    this.#path = context.testPath;
    const loader = new PackageLoader(this.context);
    this.global[Symbol.for('load package')] = (path, require) => loader.load(path, require);
  }

  /** Adds a line to the file that CPU_LOG names, if there is one: what .ci/summary.mjs sorts suites by. */
  async teardown() {
    await super.teardown();
    const { CPU_LOG } = process.env;
    const seconds = (cpuTicks() - this.#since) / 100;
    if (CPU_LOG) appendFileSync(CPU_LOG, `${seconds.toFixed(1)}\t${this.#path}\n`);
  }
}

/** Of this worker and of the processes that it has waited for, in hundredths of a second; 0 where unknown. */
function cpuTicks() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  } catch {
    return 0;
  }
}
