import { readFileSync } from 'node:fs';

/** Name and version of an SDK: what is installed, not what was asked for. Undefined when it is not. */
export function labelOf(name) {
  try {
    const label = `${name} ${versionOf(name)}`;
    return name === 'node-easywechat' ? `${label} with node-socialite ${versionOf('node-socialite')}` : label;
  } catch {
    return undefined;
  }
}

function versionOf(name) {
  return readJson(new URL(`node_modules/${name}/package.json`, import.meta.url)).version;
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
