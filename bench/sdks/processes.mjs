// What a bench starts and writes, and its end: all of it is gone when the bench is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const children = new Set();
/** A directory of this run. */
export const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** A new directory in it. */
export function newDirectory(name) {
  return mkdtempSync(join(scratch, `${name}-`));
}

/** For an SDK's process: axios and urllib would go through a proxy. */
export function withoutProxies() {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !/_proxy$/i.test(key)));
}
