import { availableParallelism, loadavg, platform } from 'node:os';

/** What the figures below it were measured on. */
export function machine(): string {
  const load = loadavg()[0].toFixed(1);
  return `${availableParallelism()} cores, ${platform()}, Node ${process.versions.node}, load ${load} at the end, ${Math.round(process.uptime())} s.`;
}
