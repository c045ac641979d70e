// What a host names of this room. The ledger of permissions.

export type { FormIdReply } from './form-id/form-id.controller.js';
export { FormIdDto } from './form-id/form-id.dto.js';
export { FormIdService } from './form-id/form-id.service.js';
export { GrantEntity } from './grant.entity.js';
export { GrantRepository } from './grant.repository.js';
export type {
  Grant,
  GrantChannel,
  GrantFilter,
  GrantKey,
  GrantProof,
  GrantStatus,
  NewGrant,
} from './grant.types.js';
export { LiveGrantEntity } from './live-grant.entity.js';
