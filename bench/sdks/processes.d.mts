import type { ChildProcess } from 'node:child_process';

export const children: Set<ChildProcess>;
export const scratch: string;
export function newDirectory(name: string): string;
export function withoutProxies(): NodeJS.ProcessEnv;
