import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { SenderJob } from './sender-process.js';

/** A running sender process. */
export class Sender {
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk) => {
      this.complaints += chunk;
    });
  }

  /** Starts a process and waits until it is ready. */
  static async spawn(job: SenderJob): Promise<Sender> {
    const child = spawn(
      process.execPath,
      ['--import', '@swc-node/register/esm-register', 'test/support/sender-process.ts'],
      { env: { ...process.env, SENDER_JOB: JSON.stringify(job) } },
    );
    const sender = new Sender(child);
    if ((await sender.line()) !== 'ready') throw new Error(`the sender did not start: ${sender.complaints}`);
    return sender;
  }

  start(): void {
    this.child.stdin.write('go\n');
  }

  /** How its sends ended, by outcome or error code. */
  async ends(): Promise<Record<string, number>> {
    const line = await this.line();
    if (line === undefined) throw new Error(`the sender died: ${this.complaints}`);
    return JSON.parse(line);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  private async line(): Promise<string | undefined> {
    const { value, done } = await this.lines.next();
    return done ? undefined : value;
  }
}
