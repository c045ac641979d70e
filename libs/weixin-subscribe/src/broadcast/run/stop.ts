import type { PauseCause } from '../broadcast.types.js';

/**
 * Why a run of a broadcast ends before nobody is left. `pause`: the broadcast pauses · `wait`: it goes on when the account's flow is open again ·
 * `told`: its state was changed by somebody else, or another process works on it · `closing`: the application closes.
 */
export type Stop =
  | { kind: 'pause'; cause: PauseCause; reason: string; resumesAt?: Date }
  | { kind: 'wait'; reason: string }
  | { kind: 'told' }
  | { kind: 'closing' };

/** The first reason to stop wins; who waits hears of it at once. */
export class StopSignal {
  private reason?: Stop;
  private hear: () => void = () => {};
  /** Resolves when there is a reason. */
  readonly heard = new Promise<void>((resolve) => {
    this.hear = resolve;
  });

  get stop(): Stop | undefined {
    return this.reason;
  }

  raise(stop: Stop): void {
    this.reason ??= stop;
    this.hear();
  }
}
