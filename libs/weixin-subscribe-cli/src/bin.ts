#!/usr/bin/env node
import { createRequire } from 'node:module';
import { CliError, plain } from './cli-error.js';
import { commandLine } from './command-line.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') console.error(`weixin-subscribe: ${plain(message)}`);
  process.exit(code === 'EPIPE' ? 0 : 1);
});

try {
  await commandLine(version, (code) => {
    process.exitCode = code;
  }).parseAsync();
} catch (error) {
  const { message, remedy } = error instanceof CliError ? error : { message: (error as Error).message };
  console.error(`weixin-subscribe: ${plain(message)}`);
  if (remedy) console.error(plain(remedy));
  process.exitCode = 1;
}
