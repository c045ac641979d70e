import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { children, newDirectory, withoutProxies } from '../sdks/processes.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 60_000;

/**
 * A worker.mjs as seen from outside. Nothing here throws because of it: a process that hangs or dies answers
 * `{ error }`.
 */
export class Child {
  #process;
  #waiting = new Map();
  #count = 0;
  #complaint = '';
  #end;

  constructor(job) {
    const ours = job.database !== undefined;
    this.#process = fork(new URL('worker.mjs', import.meta.url), [], {
      // The loader reads tsconfig.json there; the others get a directory to litter.
      cwd: ours ? ROOT : newDirectory('cwd'),
      execArgv: ours ? ['--import', '@swc-node/register/esm-register'] : [],
      env: { ...withoutProxies(), BENCH_JOB: JSON.stringify(job) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    children.add(this.#process);
    this.#process.stderr.on('data', (chunk) => {
      this.#complaint += chunk;
    });
    this.#process.on('message', ({ id = 'ready', ...answer }) => this.#waiting.get(id)?.(answer));
    this.#process.on('error', (error) => this.#ended(error.message));
    this.#process.on('close', (code, signal) => this.#ended(this.#lastWords(code, signal)));
  }

  ready() {
    return this.#answer('ready', START_MS);
  }

  /** @param ms after so long it is killed */
  ask(command, fields, ms) {
    const id = ++this.#count;
    if (this.#end === undefined) this.#process.send({ id, command, ...fields }, () => undefined);
    return this.#answer(id, ms);
  }

  kill() {
    this.#process.kill('SIGKILL');
  }

  async #answer(id, ms) {
    if (this.#end !== undefined) return { error: this.#end };
    let timer;
    const answer = await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      timer = setTimeout(() => {
        resolve({ error: `no answer within ${ms / 1000} s` });
        this.kill();
      }, ms);
    });
    clearTimeout(timer);
    this.#waiting.delete(id);
    return answer;
  }

  #ended(end) {
    this.#end ??= end;
    children.delete(this.#process);
    for (const resolve of this.#waiting.values()) resolve({ error: this.#end });
  }

  #lastWords(code, signal) {
    const said = this.#complaint.match(/^\w*Error\b.*$/m)?.[0] ?? this.#complaint.trim().split('\n')[0];
    return `process ended (${signal ?? code})${said ? `: ${said.slice(0, 100)}` : ''}`;
  }
}
