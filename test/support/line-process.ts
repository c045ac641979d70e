import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compiled } from './compiled.js';

/** A process of ours that is talked to in lines of JSON. It says "ready" first. */
export class LineProcess {
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk) => {
      this.complaints += chunk;
    });
    // Written to a process that was killed: its next line tells.
    child.stdin.on('error', () => undefined);
  }

  /**
   * Starts `test/support/<script>` and waits until it is ready. It finds its job in the environment, as JSON,
   * under `JOB`.
   */
  static async spawn(script: string, job: unknown): Promise<LineProcess> {
    const child = spawn(process.execPath, [compiled(`test/support/${script}`)], {
      env: { ...process.env, JOB: JSON.stringify(job) },
    });
    const started = new LineProcess(child);
    const first = await started.line();
    if (first !== 'ready') throw new Error(`${script} did not start: ${first} ${started.complaints}`);
    return started;
  }

  say(order: unknown): void {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** The next line it prints. @throws when it died instead */
  async hear<Answer>(): Promise<Answer> {
    const line = await this.line();
    if (line === undefined) throw new Error(`the process died: ${this.complaints}`);
    return JSON.parse(line);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Ends its input, which ends a process that has nothing else to do, and waits until it is gone. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin.end();
    await gone;
  }

  /** Stops it in its tracks, and lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  private async line(): Promise<string | undefined> {
    const { value, done } = await this.lines.next();
    return done ? undefined : value;
  }
}
