import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import type { PlatformCall } from './call.js';

/** A JSON body: 44002 for nothing at all, 47001 for what is no object. */
export function readObject({
  rawBody,
  json,
}: PlatformCall): { body: Readonly<Record<string, unknown>> } | Refusal {
  if (rawBody.length === 0) return refuse(44002);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refuse(47001);
  return { body: json as Record<string, unknown> };
}

/** Its text fields; 47001 also for one of another type. */
export function readTexts<Name extends string>(
  call: PlatformCall,
  ...names: Name[]
): { [N in Name]?: string } | Refusal {
  const read = readObject(call);
  if (isRefusal(read)) return read;
  const texts: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = read.body[name] ?? undefined;
    if (value !== undefined && typeof value !== 'string') return refuse(47001);
    if (value !== undefined) texts[name] = value;
  }
  return texts;
}
