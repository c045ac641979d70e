import { Module } from '@nestjs/common';
import { CardEffects } from './card.effects.js';
import { CardMetrics } from './card.metrics.js';
import { CardRepository } from './card.repository.js';
import { CardService } from './card.service.js';
import { CardExplainers } from './card-explainers.js';
import { CardMachine } from './card-machine.js';
import { CardPoster } from './card-poster.js';
import { CardUpdates } from './card-updates.js';
import { CardWorker } from './card-worker.js';

/** Service cards: one code, one card, its states one after the other. */
@Module({
  providers: [
    CardMachine,
    CardRepository,
    CardMetrics,
    CardPoster,
    CardUpdates,
    CardExplainers,
    CardService,
    CardWorker,
    CardEffects,
  ],
  exports: [CardService, CardExplainers],
})
export class CardModule {}
