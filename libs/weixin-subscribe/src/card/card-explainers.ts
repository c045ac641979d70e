import { Injectable } from '@nestjs/common';
import type { CardExplainer } from './card-explanation.types.js';

/** Who explains cards: `explain/`, which stands above this room, as it does for messages. */
@Injectable()
export class CardExplainers {
  private explainer?: CardExplainer;

  register(explainer: CardExplainer): void {
    this.explainer = explainer;
  }

  get(): CardExplainer {
    if (!this.explainer) throw new Error('nobody has registered to explain');
    return this.explainer;
  }
}
