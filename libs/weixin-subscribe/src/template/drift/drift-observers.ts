import { Injectable } from '@nestjs/common';
import type { TemplateFinding } from './template-drift.js';

/** Is told the ids of an account's missing templates after each comparison. */
type Observer = (appId: string, missing: readonly TemplateFinding[]) => Promise<void>;

/** Who follows the comparisons, of the rooms above this one. */
@Injectable()
export class DriftObservers {
  private readonly observers: Observer[] = [];

  /** Runs after each comparison, in the process that compared. */
  register(observer: Observer): void {
    this.observers.push(observer);
  }

  async tell(appId: string, missing: readonly TemplateFinding[]): Promise<void> {
    for (const observer of this.observers) await observer(appId, missing);
  }
}
