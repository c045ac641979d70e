import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Variables } from '../../apps/demo/src/config/load-environment.js';
import { compiled } from '../support/compiled.js';

/**
 * A program of the demo in a process of its own, as `npm start` and `npm run demo` run it, but for the
 * compiler and its source maps.
 */
export class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number>;

  private constructor(file: string, args: string[], variables: Variables) {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, ...variables };
    this.child = spawn(process.execPath, [compiled(file), ...args], { env });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => code ?? signal);
  }

  static run(file: string, args: string[] = [], variables: Variables = {}): Program {
    return new Program(file, args, variables);
  }

  /** The exit code, or the name of the signal that ended it. */
  exit(): Promise<number | string> {
    return this.ended;
  }

  /** Waits until something was printed; fails when the program ends without. */
  async printed(text: string): Promise<void> {
    const alive = Symbol('alive');
    while (!this.output.includes(text)) {
      const tick = new Promise((resolve) => setTimeout(resolve, 50, alive));
      const code = await Promise.race([this.ended, tick]);
      if (code !== alive && !this.output.includes(text)) {
        throw new Error(`ended with ${String(code)} before it printed "${text}":\n${this.output}`);
      }
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.child.kill(signal);
    return this.ended;
  }
}
