/** A list that forgets its oldest entries, so that a simulator that runs for weeks does not grow. */
export class BoundedList<T> {
  private entries: T[] = [];

  constructor(
    private readonly limit: number,
    private readonly forgotten: (entry: T) => void = () => {},
  ) {}

  push(entry: T): void {
    this.entries.push(entry);
    // Trimmed in slices, so that a push costs the same however long the list is.
    if (this.entries.length > this.limit * 1.25 + 1) {
      for (const old of this.entries.splice(0, this.entries.length - this.limit)) this.forgotten(old);
    }
  }

  /** Oldest first. */
  items(): T[] {
    return this.limit === 0 ? [] : this.entries.slice(-this.limit);
  }

  clear(): void {
    this.entries = [];
  }
}
