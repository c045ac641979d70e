import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { collectMetrics } from './metrics/metrics.js';
import { openApiDocument } from './openapi/document.js';
import { pageLanguage } from './pages/language.js';
import { NotFoundFilter } from './pages/not-found.filter.js';

const BODY_LIMIT = '100kb';
/** The page of Swagger UI names no viewport, so that a phone would lay it out for 980 px. */
const VIEWPORT_SCRIPT =
  "document.head.append(Object.assign(document.createElement('meta'), { name: 'viewport', content: 'width=device-width, initial-scale=1' }));";

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
  app.useGlobalFilters(app.get(ProblemDetailsFilter), new NotFoundFilter(app.get(HttpAdapterHost)));
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    customSiteTitle: '上课提醒 API',
    customJsStr: VIEWPORT_SCRIPT,
  });
  return app;
}
