import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { children, newDirectory, withoutProxies } from '../sdks/processes.mjs';
import type { Cost } from '../support/measure.js';
import type { Exported } from './exporting.js';

const TYPESCRIPT = ['--import', '@swc-node/register/esm-register'];

export interface Job {
  origin: string;
  connections?: number;
  /** A way of `bare.mjs`. */
  bare?: string;
  /** An SDK of `../sdks/sdks.mjs`. */
  sdk?: string;
  [option: string]: unknown;
}

/** A process that sends one way. */
export class Sender {
  private constructor(private readonly child: ChildProcess) {}

  /** @param file what it runs; it answers each question with one message, and says first that it is ready */
  static async start(
    job: Job,
    env: NodeJS.ProcessEnv = {},
    file = new URL('worker.mjs', import.meta.url),
  ): Promise<Sender> {
    const isOurs = !job.bare && !job.sdk;
    const child = fork(file, [], {
      // node-easywechat keeps its token in a file of the working directory; the loader of ours reads
      // tsconfig.json there.
      ...(job.sdk ? { cwd: newDirectory('cwd') } : {}),
      execArgv: isOurs ? TYPESCRIPT : [],
      env: { ...withoutProxies(), ...env, BENCH_JOB: JSON.stringify(job) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.add(child);
    await next(child);
    return new Sender(child);
  }

  /** @param exported where the job has telemetry: what of it is measured from this round on */
  async round(sends: number, inFlight: number, exported?: Exported): Promise<Cost> {
    return (await this.ask<{ cost: Cost }>({ sends, inFlight, exported })).cost;
  }

  async ask<Answer>(question: object): Promise<Answer> {
    const answer = next(this.child);
    this.child.send(question);
    return (await answer) as Answer;
  }

  end(): void {
    children.delete(this.child);
    this.child.kill();
  }
}

/** The platform: a process that accepts every message. */
export class AnsweringServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  static async start(certificate?: { cert: string; key: string }, latencyMs = 0): Promise<AnsweringServer> {
    const child = fork(new URL('../answering-server.mjs', import.meta.url), [], {
      execArgv: [],
      env: {
        ...process.env,
        LATENCY_MS: String(latencyMs),
        ...(certificate && { TLS_CERT: certificate.cert, TLS_KEY: certificate.key }),
      },
    });
    children.add(child);
    const [port] = await once(child, 'message');
    return new AnsweringServer(child, `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`);
  }

  /** Opened so far. */
  async connections(): Promise<number> {
    const answer = once(this.child, 'message');
    this.child.send('connections');
    return (await answer)[0];
  }

  end(): void {
    children.delete(this.child);
    this.child.kill();
  }
}

async function next(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const { signal } = ended;
  const answer = await Promise.race([
    once(child, 'message', { signal }),
    once(child, 'exit', { signal }).then(([code]) => [{ error: `the process ended with code ${code}` }]),
  ]);
  ended.abort();
  if (answer[0].error) throw new Error(answer[0].error);
  return answer[0];
}
