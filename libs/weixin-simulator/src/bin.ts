#!/usr/bin/env node
import { createRequire } from 'node:module';
import { runCommand } from './cli.js';
import { UsageError } from './common/usage-error.js';

const { version } = createRequire(import.meta.url)('weixin-simulator/package.json') as { version: string };

try {
  const simulator = await runCommand(process.argv.slice(2), (line) => console.log(line), version);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`weixin-simulator: ${error.message}`);
  process.exitCode = 1;
}
