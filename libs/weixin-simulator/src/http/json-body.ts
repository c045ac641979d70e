import { type Refusal, refuse } from '../platform/errcodes.js';
import type { PlatformCall } from './call.js';

/** The text fields of a JSON body: 44002 for nothing at all, 47001 for what is no object or has a field of another type. */
export function readTexts<Name extends string>(
  { rawBody, json }: PlatformCall,
  ...names: Name[]
): { [N in Name]?: string } | Refusal {
  if (rawBody.length === 0) return refuse(44002);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refuse(47001);
  const texts: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = (json as Record<string, unknown>)[name] ?? undefined;
    if (value !== undefined && typeof value !== 'string') return refuse(47001);
    if (value !== undefined) texts[name] = value;
  }
  return texts;
}
