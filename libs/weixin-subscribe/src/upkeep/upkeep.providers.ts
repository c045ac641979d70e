import type { Provider } from '@nestjs/common';
import { LeaseRepository } from './lease.repository.js';
import { Sweeps } from './sweeps.js';

export const UPKEEP_PROVIDERS: Provider[] = [LeaseRepository, Sweeps];
