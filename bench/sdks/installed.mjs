import { readFileSync } from 'node:fs';

/**
 * Name and version of an SDK, and of the dependency that had to be pinned for it. Undefined when it is not
 * installed.
 */
export function labelOf(name) {
  const label = versionedName(name);
  return label && name === 'node-easywechat' ? `${label} with ${versionedName('node-socialite')}` : label;
}

/** What is installed, not what was asked for. */
export function versionedName(name) {
  try {
    return `${name} ${readJson(new URL(`node_modules/${name}/package.json`, import.meta.url)).version}`;
  } catch {
    return undefined;
  }
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
