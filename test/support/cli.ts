import { type ChildProcess, spawn } from 'node:child_process';
import { compiled } from './compiled.js';
import { until } from './until.js';

const BIN = compiled('libs/weixin-subscribe-cli/src/bin.ts');

export interface CliOptions {
  env?: Record<string, string>;
  /** On a terminal of its own. */
  terminal?: boolean;
}

/** `npx weixin-subscribe …` in a process of its own. */
export class Cli {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number>;

  constructor(args: string[], { env = {}, terminal = false }: CliOptions = {}) {
    const { PATH, HOME } = process.env;
    const command = [process.execPath, BIN, ...args];
    const [file, ...rest] = terminal
      ? ['script', '-qec', command.map((one) => `'${one.replaceAll("'", `'\\''`)}'`).join(' '), '/dev/null']
      : command;
    this.child = spawn(file, rest, { env: { PATH, HOME, TERM: 'xterm', ...env } });
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code ?? -1)));
  }

  say(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Ends its standard input. */
  close(): void {
    this.child.stdin?.end();
  }

  exit(): Promise<number> {
    return this.ended;
  }

  async printed(text: string | RegExp): Promise<void> {
    const all = () => this.stdout + this.stderr;
    await until(
      () =>
        (typeof text === 'string' ? all().includes(text) : text.test(all())) || this.child.exitCode !== null,
      `"${text}" in ${all()}`,
    );
    if (typeof text === 'string' ? !all().includes(text) : !text.test(all()))
      throw new Error(`it ended without "${text}": ${all()}`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
