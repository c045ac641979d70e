import type { RandomSource } from '../common/random-source.js';
import { type Fault, readFault } from './fault.js';

/** What a fault can be aimed at. */
export interface FaultTarget {
  path: string;
  appId: string | null;
  openid: string | null;
}

/** What happens to one call: any number of delays and dead tokens, and at most one bent answer. */
export interface FaultPlan {
  killToken: Fault[];
  latency: Fault[];
  answer: Fault | undefined;
}

/** The faults in force, oldest first. */
export class FaultRegistry {
  private faults: Fault[] = [];
  private count = 0;

  constructor(private readonly random: RandomSource) {}

  add(options: unknown): Fault {
    const fault = readFault(options, `f${this.count + 1}`);
    this.count += 1;
    this.faults.push(fault);
    return fault;
  }

  list(): Fault[] {
    return this.faults.map((fault) => ({ ...fault }));
  }

  /** Removes one fault, or all. */
  clear(id?: string): void {
    this.faults = id === undefined ? [] : this.faults.filter((fault) => fault.id !== id);
  }

  /** The faults that meet this call. Only those that act on it are counted down. */
  take(target: FaultTarget): FaultPlan {
    const plan: FaultPlan = { killToken: [], latency: [], answer: undefined };
    if (this.faults.length === 0) return plan;
    for (const fault of this.faults) {
      if (!matches(fault, target)) continue;
      const bendsAnswer = fault.kind !== 'kill-token' && fault.kind !== 'latency';
      if (bendsAnswer && plan.answer) continue;
      if (fault.probability < 1 && this.random.fraction() >= fault.probability) continue;
      fault.used += 1;
      if (fault.kind === 'kill-token') plan.killToken.push(fault);
      else if (fault.kind === 'latency') plan.latency.push(fault);
      else plan.answer = fault;
    }
    this.faults = this.faults.filter((fault) => fault.times === 'forever' || fault.used < fault.times);
    return plan;
  }

  reset(): void {
    this.clear();
    this.count = 0;
  }
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (
    (fault.path === undefined || pathMatches(fault.path, target.path)) &&
    (fault.appId === undefined || fault.appId === target.appId) &&
    (fault.openid === undefined || fault.openid === target.openid)
  );
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
