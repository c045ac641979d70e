import type { Provider } from '@nestjs/common';
import { FormIdService } from './form-id/form-id.service.js';
import { GrantRepository } from './grant.repository.js';
import { GrantUpkeep } from './grant.upkeep.js';
import { GrantBatchRepository } from './grant-batch.repository.js';

export const GRANT_PROVIDERS: Provider[] = [
  FormIdService,
  GrantRepository,
  GrantBatchRepository,
  GrantUpkeep,
];
