import { readFileSync } from 'node:fs';
import { ConfigError } from '../common/usage-error.js';
import type { SimulatorOptions } from './options.js';

/**
 * Options from a JSON file; says whether the file or its JSON is at fault. The values are checked by
 * `resolveConfig`.
 */
export function readConfigFile(path: string): SimulatorOptions {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(path, `cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
  }
  try {
    return JSON.parse(text) as SimulatorOptions;
  } catch (error) {
    throw new ConfigError(path, `is not JSON: ${(error as Error).message}`);
  }
}
