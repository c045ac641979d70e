/** Calls that are not answered yet, by what they are about. */
export class Flights {
  private readonly underWay = new Map<string, number>();

  /** Whether another one is under way; the function given back ends this one. */
  enter(key: string): { overlapping: boolean; leave(): void } {
    const others = this.underWay.get(key) ?? 0;
    this.underWay.set(key, others + 1);
    return { overlapping: others > 0, leave: () => this.leave(key) };
  }

  private leave(key: string): void {
    const rest = (this.underWay.get(key) ?? 1) - 1;
    if (rest === 0) this.underWay.delete(key);
    else this.underWay.set(key, rest);
  }
}
