import type { KeyValueStorage } from './front-end.js';

/** A result that WeChat gave the page and the host does not have yet. */
export interface PendingReport {
  id: string;
  /** Absent where the host could not be asked for an intent either. */
  state?: string;
  templateIds: string[];
  result: object;
  /** By the clock of the device. */
  keptAt: number;
  /** Until then a page creates its intent, and no other may: each of two would count the same accept. */
  heldUntil?: number;
}

/** The host has let the state expire long before. */
const KEPT_FOR_MS = 24 * 3_600_000;
/**
 * For an intent that is created after the person answered: WeChat may push the same accept, and the host
 * takes a report for the same one up to ten minutes later. Half of it, since two clocks differ.
 */
const KEPT_WITHOUT_STATE_FOR_MS = 5 * 60_000;
const MOST = 20;
/** For longer than a request may take. A page that was closed in the middle of one holds it so long. */
const HELD_FOR_MS = 60_000;

/** Reports that outlive their page. Without storage they live as long as the page. */
export class PendingReports {
  private inMemory: PendingReport[] = [];
  /** False: the storage did not take the last change, so what it holds is older than what this page knows. */
  private isStored = true;
  private added = 0;

  constructor(
    private readonly storage: KeyValueStorage,
    private readonly key: string,
    private readonly now: () => number,
  ) {}

  /** Oldest first. */
  list(): PendingReport[] {
    const now = this.now();
    return this.all().filter(
      ({ state, keptAt }) => now - keptAt < (state === undefined ? KEPT_WITHOUT_STATE_FOR_MS : KEPT_FOR_MS),
    );
  }

  /** As it stands now: another page may have given it a state, or sent it. */
  get(id: string): PendingReport | undefined {
    return this.all().find((report) => report.id === id);
  }

  /** Whether another page creates its intent just now. */
  isHeld({ state, heldUntil = 0 }: PendingReport): boolean {
    const left = heldUntil - this.now();
    // A clock may have been set back meanwhile.
    return state === undefined && left > 0 && left <= HELD_FOR_MS;
  }

  /** For this page alone, until it is put again. */
  hold(report: PendingReport): void {
    this.put({ ...report, heldUntil: this.now() + HELD_FOR_MS });
  }

  add(given: Omit<PendingReport, 'id' | 'keptAt'>): PendingReport {
    const keptAt = this.now();
    const id = `${keptAt}-${this.added++}-${Math.random().toString(36).slice(2)}`;
    const report = { id, keptAt, ...given };
    this.put(report);
    return report;
  }

  put(report: PendingReport): void {
    this.store([...this.without(report.id), report].slice(-MOST));
  }

  remove(id: string): void {
    this.store(this.without(id));
  }

  private without(id: string): PendingReport[] {
    return this.list().filter((report) => report.id !== id);
  }

  private store(reports: PendingReport[]): void {
    this.inMemory = reports;
    try {
      this.storage.set(this.key, JSON.stringify(reports));
      this.isStored = true;
    } catch {
      this.isStored = false;
    }
  }

  private all(): PendingReport[] {
    try {
      const stored = this.isStored ? JSON.parse(this.storage.get(this.key) ?? '[]') : undefined;
      if (Array.isArray(stored)) this.inMemory = stored.filter(isReport);
    } catch {
      // No storage, or something that is not ours: what this page knows has to do.
    }
    return this.inMemory;
  }
}

function isReport(value: unknown): value is PendingReport {
  const { id, state, templateIds, result, keptAt, heldUntil } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof id === 'string' &&
    (state === undefined || typeof state === 'string') &&
    Array.isArray(templateIds) &&
    typeof result === 'object' &&
    result !== null &&
    typeof keptAt === 'number' &&
    (heldUntil === undefined || typeof heldUntil === 'number')
  );
}
