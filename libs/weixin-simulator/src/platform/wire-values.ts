/** Letters and digits, at most 128 bytes (official parameter table of `reserved`). */
export const RESERVED = /^[a-zA-Z0-9]{1,128}$/;

/**
 * `"1000"` and `1000` are the same scene; anything that is not a whole number from 0 to 10000 is none (row
 * 7).
 */
export function readScene(scene: unknown): number | undefined {
  const text = typeof scene === 'number' ? String(scene) : scene;
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text) || Number(text) > 10_000) return undefined;
  return Number(text);
}

/** `#RRGGBB`, the only form the documents show. */
export function isColor(color: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(color);
}
