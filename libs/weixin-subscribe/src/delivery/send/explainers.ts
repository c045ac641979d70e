import { Injectable } from '@nestjs/common';
import type { Explainer } from './explanation.types.js';

/**
 * Who explains messages: `explain/`, which stands above this room. It does not register with
 * `SubscribeService`, which a host may replace by a fake in its tests.
 */
@Injectable()
export class Explainers {
  private explainer?: Explainer;

  register(explainer: Explainer): void {
    this.explainer = explainer;
  }

  get(): Explainer {
    if (!this.explainer) throw new Error('nobody has registered to explain');
    return this.explainer;
  }
}
