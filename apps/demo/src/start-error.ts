import { InvalidOptionsError } from 'nestjs-weixin-subscribe';
import { EnvironmentError } from './config/load-environment.js';
import { DatabaseStartError } from './config/open-data-source.js';

/**
 * Why the app does not start, for the person who started it: what is wrong and where, without a stack where
 * it helps nobody.
 */
export function startError(error: unknown): string {
  if (error instanceof EnvironmentError)
    return `The app can not start with this environment:\n${error.message}`;
  if (error instanceof InvalidOptionsError || error instanceof DatabaseStartError) return error.message;
  const { code, port, stack, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is in use; set PORT to another one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user; set PORT to another one.`;
  if (code !== undefined) return `The app can not start: ${code}: ${message}`;
  return `The app can not start: ${stack ?? error}`;
}
