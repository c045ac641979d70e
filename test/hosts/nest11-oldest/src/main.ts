import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { AppModule } from './app.module';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
  app.useGlobalFilters(app.get(ProblemDetailsFilter));
  await app.listen(0, '127.0.0.1');
  console.log(`routes: ${Object.keys(weixinOpenApi(app).paths).length}`);
  console.log(`listening: ${await app.getUrl()}`);
  // The process has to end by itself then: whatever is left open would keep it alive.
  process.once('SIGTERM', async () => {
    await app.close();
    await app.close();
    console.log('closed twice');
  });
}

void bootstrap();
