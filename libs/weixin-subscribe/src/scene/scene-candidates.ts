import type { TakenScene } from './scene.types.js';

/**
 * The scenes of the range that could go to a new purpose, the best first: those that never had one, the
 * lowest first; released ones, the longest ago first; those that nobody has asked for since `unusedSince`,
 * the longest ago first.
 */
export function sceneCandidates(
  { from, to }: { from: number; to: number },
  taken: TakenScene[],
  unusedSince: number,
): number[] {
  const numbers = new Set(taken.map(({ scene }) => scene));
  const never = Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
    (scene) => !numbers.has(scene),
  );
  const inRange = taken.filter(({ scene }) => scene >= from && scene <= to);
  const released = inRange.filter(({ releasedAt }) => releasedAt);
  const unused = inRange.filter(({ releasedAt, usedAt }) => !releasedAt && usedAt.getTime() < unusedSince);
  return [
    ...never,
    ...released.sort((a, b) => Number(a.releasedAt) - Number(b.releasedAt)).map(({ scene }) => scene),
    ...unused.sort((a, b) => Number(a.usedAt) - Number(b.usedAt)).map(({ scene }) => scene),
  ];
}
