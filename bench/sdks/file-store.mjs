import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The store that an SDK asks its host for: one file per key, shared by processes. Always whole: the READMEs'
 * own examples write in place, and a reader may then meet half a file, which is not what is measured here.
 */
export class FileStore {
  #pending = new Set();

  constructor(directory) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Undefined when there is none. */
  async read(key) {
    try {
      return JSON.parse(await readFile(this.#file(key), 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  write(key, value) {
    return this.#track(this.#replace(this.#file(key), JSON.stringify(value)));
  }

  remove(key) {
    return this.#track(rm(this.#file(key), { force: true }));
  }

  /** Some SDKs do not wait for their writes; gives when all are done. */
  async settled() {
    await Promise.allSettled(this.#pending);
  }

  #file(key) {
    return join(this.directory, `${key}.json`);
  }

  async #replace(file, text) {
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, text);
    await rename(draft, file);
  }

  #track(write) {
    this.#pending.add(write);
    const done = () => this.#pending.delete(write);
    write.then(done, done);
    return write;
  }
}
