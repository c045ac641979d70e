import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { collectMetrics } from './metrics/metrics.js';
import { openApiDocument } from './openapi/document.js';
import { pageLanguage } from './pages/language.js';

const BODY_LIMIT = '100kb';

/** The whole app, ready to listen. */
export async function createApp(environment: Environment): Promise<NestExpressApplication> {
  collectMetrics();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(environment), {
    abortOnError: false,
    bodyParser: false,
    // A failure is thrown, for the caller to report once and in its own words.
    logger: false,
  });
  app.useLogger(['error', 'warn']);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useBodyParser('urlencoded', { limit: BODY_LIMIT, extended: false });
  app.use(pageLanguage);
  app.disable('x-powered-by');
  // The address that rate limits count is the one the nearest proxy on this machine saw.
  app.set('trust proxy', 'loopback');
  // Bodies that the parser refuses never reach an endpoint of the library; they are answered in the same
  // form.
  app.useGlobalFilters(app.get(ProblemDetailsFilter));
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { customSiteTitle: '上课提醒 API' });
  return app;
}
