import type { Paths } from './openapi.types.js';

const result = (description: string) => ({
  description,
  content: { 'application/json': { schema: { type: 'object' as const } } },
});

/** For load balancers. */
export const HEALTH_PATHS: Paths = {
  '/health': {
    get: {
      tags: ['Health 健康检查'],
      summary: 'Up or down',
      description:
        'With a service key that may use every account, as Authorization: Bearer, also: database, and the access_token of each account.',
      responses: {
        200: result('Everything works, perhaps with warnings'),
        503: result('Something does not'),
      },
    },
  },
};
