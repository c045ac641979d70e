import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { AUTHORIZATION_PATHS } from './authorization.paths.js';
import { BROADCAST_PATHS } from './broadcast.paths.js';
import { BROADCAST_SCHEMAS } from './broadcast.schemas.js';
import { CHANNEL_PATHS } from './channel.paths.js';
import { CHANNEL_SCHEMAS } from './channel.schemas.js';
import { COURSE_PATHS } from './course.paths.js';
import { EXPLAIN_PATHS } from './explain.paths.js';
import { EXPLAIN_SCHEMAS } from './explain.schemas.js';
import { HEALTH_PATHS } from './health.paths.js';
import { SERVICE_KEY } from './parts.js';
import { PUSH_PATHS } from './push.paths.js';
import { SCHEMAS } from './schemas.js';
import { SERVICE_PATHS } from './service.paths.js';
import { TEMPLATE_PATHS } from './template.paths.js';
import { TEMPLATE_SCHEMAS } from './template.schemas.js';

/**
 * What `/docs` shows. Written out, because the library's DTOs carry no decorators of @nestjs/swagger; `test/e2e/docs.e2e-spec.ts`
 * holds it against the routes that are mounted, the DTOs and real answers.
 */
export function openApiDocument(): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('上课提醒 · Class reminders')
    .setDescription('A demo host of nestjs-weixin-subscribe: subscription messages of WeChat.')
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'One of WEIXIN_SERVICE_KEYS' }, SERVICE_KEY)
    .build();
  return {
    ...base,
    paths: {
      ...AUTHORIZATION_PATHS,
      ...SERVICE_PATHS,
      ...BROADCAST_PATHS,
      ...TEMPLATE_PATHS,
      ...EXPLAIN_PATHS,
      ...COURSE_PATHS,
      ...CHANNEL_PATHS,
      ...PUSH_PATHS,
      ...HEALTH_PATHS,
    },
    components: {
      ...base.components,
      schemas: {
        ...SCHEMAS,
        ...CHANNEL_SCHEMAS,
        ...TEMPLATE_SCHEMAS,
        ...BROADCAST_SCHEMAS,
        ...EXPLAIN_SCHEMAS,
      },
    },
  };
}
