import type { Paths } from './openapi.types.js';

/** For Prometheus. */
export const METRICS_PATHS: Paths = {
  '/metrics': {
    get: {
      tags: ['Health 健康检查'],
      summary: 'Metrics for Prometheus',
      description: 'Needs a service key that may use every account, as Authorization: Bearer.',
      responses: {
        200: {
          description: 'In the text format of Prometheus',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        401: { description: 'No such key' },
      },
    },
  },
};
