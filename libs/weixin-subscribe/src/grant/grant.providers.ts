import type { Provider } from '@nestjs/common';
import { FormIdService } from './form-id.service.js';
import { GrantKeeper } from './grant.keeper.js';
import { GrantRepository } from './grant.repository.js';
import { GrantBatchRepository } from './grant-batch.repository.js';

export const GRANT_PROVIDERS: Provider[] = [
  FormIdService,
  GrantRepository,
  GrantBatchRepository,
  GrantKeeper,
];
