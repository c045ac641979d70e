import type { Paths } from './openapi.types.js';

/** For Prometheus. */
export const METRICS_PATHS: Paths = {
  '/metrics': {
    get: {
      tags: ['Health 健康检查'],
      summary: 'Metrics for Prometheus',
      description: 'Needs a service key that may use every account, as Authorization: Bearer.',
      // The scheme is that of the library's own routes.
      security: [{ serviceKey: [] }],
      responses: {
        200: {
          description: 'In the text format of Prometheus',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        401: { description: 'No such key' },
        403: { description: 'A key that may not use every account' },
      },
    },
  },
};
