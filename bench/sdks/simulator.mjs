import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { children } from './processes.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 30_000;

/** weixin-simulator as its README starts it, but from source. */
export class Simulator {
  constructor(origin) {
    this.origin = origin;
  }

  /** @param config path of a file as `--config` takes it */
  static async start(config) {
    const child = spawn(
      process.execPath,
      [
        ...['--import', '@swc-node/register/esm-register', 'libs/weixin-simulator/src/bin.ts'],
        ...['--port', '0', '--config', config],
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.add(child);
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => lines.close(), START_MS);
    for await (const line of lines) {
      const [origin] = /(?<=simulator at )\S+/.exec(line) ?? [];
      if (!origin) continue;
      clearTimeout(timer);
      child.stdout.resume();
      return new Simulator(origin);
    }
    throw new Error(`The simulator printed no address within ${START_MS} ms, or stopped before`);
  }

  /** One route of its control API. */
  async control(method, path, body) {
    const response = await fetch(`${this.origin}/_simulator${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${answer.error}`);
    return answer;
  }
}
