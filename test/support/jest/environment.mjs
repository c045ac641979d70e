import { TestEnvironment } from 'jest-environment-node';
import { PackageLoader } from './package-loader.mjs';

/** Node, with a loader for packages of our own: see jest.config.mjs. */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const loader = new PackageLoader(this.context);
    this.global[Symbol.for('load package')] = (path, require) => loader.load(path, require);
  }
}
