/**
 * Asks the same thing once at a time: whoever asks while the call is under way gets what it returns, or
 * throws.
 */
export class SharedCalls<T> {
  private readonly underWay = new Map<string, Promise<T>>();

  run(key: string, call: () => Promise<T>): Promise<T> {
    const current = this.underWay.get(key);
    if (current) return current;
    const called = call().finally(() => this.underWay.delete(key));
    this.underWay.set(key, called);
    return called;
  }
}
