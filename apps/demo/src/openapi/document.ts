import type { INestApplicationContext } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { CHANNEL_PATHS } from './channel.paths.js';
import { COURSE_PATHS } from './course.paths.js';
import { HEALTH_PATHS } from './health.paths.js';
import { METRICS_PATHS } from './metrics.paths.js';
import { SCHEMAS } from './schemas.js';

/** What `/docs` shows: the pages of this app, written out here, and the routes of the library. */
export function openApiDocument(app: INestApplicationContext): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('上课提醒 · Class reminders')
    .setDescription('A demo host of nestjs-weixin-subscribe: subscription messages of WeChat.')
    .setVersion('0.1.0')
    .build();
  return weixinOpenApi(app, {
    ...base,
    paths: { ...COURSE_PATHS, ...CHANNEL_PATHS, ...HEALTH_PATHS, ...METRICS_PATHS },
    components: { ...base.components, schemas: SCHEMAS },
  });
}
