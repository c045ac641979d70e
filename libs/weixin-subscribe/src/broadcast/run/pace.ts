/** At most so many per second, evenly: each turn is given a moment, the next one a little later. */
export class Pace {
  private free = 0;

  /** @param perSecond `0`: no limit */
  constructor(private readonly perSecond: number) {}

  /** Takes `n` turns; answers how many milliseconds after `now` they may be used. */
  take(n: number, now: number): number {
    if (this.perSecond === 0) return 0;
    const at = Math.max(now, this.free);
    this.free = at + (1000 * n) / this.perSecond;
    return Math.ceil(at - now);
  }
}
