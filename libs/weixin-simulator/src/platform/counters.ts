type Tally = Record<string, number>;

export interface CountersSnapshot {
  /**
   * Tokens created by token calls: `'<appId>:token'`, `'<appId>:stable'`; calls that gave a ticket:
   * `'<appId>:jsapi-ticket'`, `'<appId>:wx_card-ticket'`.
   */
  mints: Tally;
  /** Messages accepted, by appId. */
  sends: Tally;
  /** Answers given by people: `'confirm'`, `'cancel'`. */
  answers: Tally;
  /** Calls received, by path (paths that do not exist count as `'unknown'`). */
  calls: Tally;
  /**
   * Per path: errcodes answered (`'0'` is success), `'status 502'` and the like, and `'lost'` when nothing
   * was answered.
   */
  errcodes: Record<string, Tally>;
  /** Events pushed (switch `resultEvent`): `'<appId>:<HTTP status>'`, or `'<appId>:lost'`. */
  pushes: Tally;
  /** Messages per grant id; never more than 1. */
  deliveriesPerGrant: Tally;
  maxDeliveriesPerGrant: number;
}

/** Plain counts of what happened since the start or the last reset. */
export class Counters {
  private mints = new Map<string, number>();
  private sends = new Map<string, number>();
  private answers = new Map<string, number>();
  private calls = new Map<string, number>();
  private pushes = new Map<string, number>();
  private results = new Map<string, Map<string, number>>();

  minted(appId: string, family: string): void {
    increment(this.mints, `${appId}:${family}`);
  }

  sent(appId: string): void {
    increment(this.sends, appId);
  }

  answered(action: string): void {
    increment(this.answers, action);
  }

  pushed(appId: string, result: string): void {
    increment(this.pushes, `${appId}:${result}`);
  }

  called(path: string, result: string): void {
    increment(this.calls, path);
    const results = this.results.get(path) ?? new Map<string, number>();
    this.results.set(path, results);
    increment(results, result);
  }

  snapshot(): Omit<CountersSnapshot, 'deliveriesPerGrant' | 'maxDeliveriesPerGrant'> {
    return {
      mints: Object.fromEntries(this.mints),
      sends: Object.fromEntries(this.sends),
      answers: Object.fromEntries(this.answers),
      calls: Object.fromEntries(this.calls),
      pushes: Object.fromEntries(this.pushes),
      errcodes: Object.fromEntries(
        [...this.results].map(([path, tally]) => [path, Object.fromEntries(tally)]),
      ),
    };
  }

  reset(): void {
    for (const map of [this.mints, this.sends, this.answers, this.calls, this.pushes, this.results])
      map.clear();
  }
}

function increment(tally: Map<string, number>, name: string): void {
  tally.set(name, (tally.get(name) ?? 0) + 1);
}
