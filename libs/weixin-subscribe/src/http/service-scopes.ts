/** What a service may do at the endpoints for other services. */
export const SERVICE_SCOPES = [
  'token:read',
  'token:report',
  'messages:send',
  'messages:read',
  'messages:resolve',
  'grants:read',
  'grants:write',
  'history:read',
  'broadcasts:send',
  'broadcasts:read',
  'cards:send',
  'cards:read',
  'templates:read',
  'templates:write',
  'accounts:read',
  'accounts:write',
  'pushes:read',
  'pushes:replay',
  'audit:read',
  'personal-data:erase',
] as const;
export type ServiceScope = (typeof SERVICE_SCOPES)[number];
