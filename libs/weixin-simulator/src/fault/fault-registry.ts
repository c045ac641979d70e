import type { RandomSource } from '../common/random-source.js';
import { type Fault, REDIRECT_KINDS, readFault, UPSTREAM_KINDS } from './fault.js';

/** What a fault can be aimed at. */
export interface FaultTarget {
  path: string;
  appId: string | null;
  openid: string | null;
}

/** What happens to one call: any number of delays and of events upstream, and at most one bent answer. */
export interface FaultPlan {
  upstream: Fault[];
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
    const plan: FaultPlan = { upstream: [], latency: [], answer: undefined };
    for (const fault of this.faults) {
      if (REDIRECT_KINDS.includes(fault.kind) || !matches(fault, target)) continue;
      const upstream = UPSTREAM_KINDS.includes(fault.kind);
      if (!upstream && fault.kind !== 'latency' && plan.answer) continue;
      if (!this.strikes(fault)) continue;
      if (upstream) plan.upstream.push(fault);
      else if (fault.kind === 'latency') plan.latency.push(fault);
      else plan.answer = fault;
    }
    this.dropSpent();
    return plan;
  }

  /** The fault that bends what comes back after a person's tap, if any. */
  takeRedirect(target: FaultTarget): Fault | undefined {
    const fault = this.faults.find(
      (each) => REDIRECT_KINDS.includes(each.kind) && matches(each, target) && this.strikes(each),
    );
    this.dropSpent();
    return fault;
  }

  reset(): void {
    this.clear();
    this.count = 0;
  }

  private strikes(fault: Fault): boolean {
    if (fault.probability < 1 && this.random.fraction() >= fault.probability) return false;
    fault.used += 1;
    return true;
  }

  private dropSpent(): void {
    if (this.faults.length === 0) return;
    this.faults = this.faults.filter((fault) => fault.times === 'forever' || fault.used < fault.times);
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
