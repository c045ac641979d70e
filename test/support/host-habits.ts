import {
  type CallHandler,
  ClassSerializerInterceptor,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  Scope,
  UnauthorizedException,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { weixinRouteOf } from 'nestjs-weixin-subscribe';
import { map, type Observable, of, tap } from 'rxjs';

interface Incoming {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
}
interface Outgoing {
  statusCode: number;
}

/** `{code, message, data}` around everything, as many companies have it; and a header on everything. */
@Injectable()
class WrapInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse();
    return next.handle().pipe(
      tap(() => (response.raw ?? response).setHeader('X-Wrapped', 'yes')),
      map((data) => ({ code: 0, message: 'ok', data })),
    );
  }
}

/**
 * As Nest's `CacheInterceptor`: by URL, and what is known is answered in place of the handler, nothing
 * included.
 */
@Injectable()
class UrlCacheInterceptor implements NestInterceptor {
  private readonly known = new Map<string, unknown>();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method, url } = context.switchToHttp().getRequest<Incoming>();
    if (method !== 'GET') return next.handle();
    if (this.known.has(url)) return of(this.known.get(url));
    return next.handle().pipe(tap((value) => this.known.set(url, value)));
  }
}

/** Reads what comes without looking whether anything came. */
@Injectable()
class CarelessInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      tap((data: { length: number }) => {
        if (data.length < 0) throw new Error('never');
      }),
    );
  }
}

/** What a host logs of its requests: in an interceptor, which is the first one it has. */
@Injectable()
export class RequestLog implements NestInterceptor {
  readonly lines: string[] = [];

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const { method, url } = http.getRequest<Incoming>();
    const log = () => {
      this.lines.push(`${method} ${url.split('?')[0]} ${http.getResponse<Outgoing>().statusCode}`);
    };
    return next.handle().pipe(tap({ next: log, error: log }));
  }
}

/** Everything of the host's is for those who are signed in. */
@Injectable()
class SignedInGuard {
  canActivate(context: ExecutionContext): boolean {
    if (weixinRouteOf(context)) return true;
    if (context.switchToHttp().getRequest<Incoming>().headers['x-user'] === undefined)
      throw new UnauthorizedException();
    return true;
  }
}

/** The host's limits are for the host's users. That WeChat is exempt the library sees to. */
@Injectable()
class HostThrottlerGuard extends ThrottlerGuard {
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    const kind = weixinRouteOf(context);
    return kind === 'service' || kind === 'public';
  }
}

@Controller('own')
class OwnController {
  @Get()
  own() {
    return { own: true };
  }
}

/** A host with every habit that a large Nest application has. */
@Module({
  imports: [
    ThrottlerModule.forRoot([
      { name: 'short', ttl: 60_000, limit: 2 },
      { name: 'long', ttl: 3_600_000, limit: 2 },
    ]),
  ],
  controllers: [OwnController],
  providers: [
    RequestLog,
    { provide: APP_GUARD, useClass: SignedInGuard },
    { provide: APP_GUARD, useClass: HostThrottlerGuard },
    { provide: APP_INTERCEPTOR, useExisting: RequestLog },
    { provide: APP_INTERCEPTOR, useClass: UrlCacheInterceptor },
    { provide: APP_INTERCEPTOR, useClass: WrapInterceptor },
    { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor },
    { provide: APP_INTERCEPTOR, useClass: CarelessInterceptor },
  ],
})
export class HabitsModule {}

@Injectable({ scope: Scope.REQUEST })
class ScopedGuard {
  canActivate(): boolean {
    return true;
  }
}

/** Enhancers that know their request make Nest create every controller anew for each. */
@Module({
  providers: [
    { provide: APP_GUARD, useClass: ScopedGuard, scope: Scope.REQUEST },
    { provide: APP_INTERCEPTOR, useClass: WrapInterceptor, scope: Scope.REQUEST },
  ],
})
export class ScopedHabitsModule {}

export function withHabits(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
}

/** Where {@link withHabits} moves the routes. */
export const HABITS_BASE = '/api/v1';

interface JsonResponse {
  json(body: unknown): unknown;
}

/** The same envelope where the adapter makes JSON of a body, instead of in an interceptor. */
export function withSerializer(app: INestApplication): void {
  const adapter = app.getHttpAdapter();
  if (adapter.getType() === 'fastify') {
    adapter
      .getInstance()
      .addHook('preSerialization', async (_request: unknown, _reply: unknown, data: unknown) => ({ data }));
    return;
  }
  app.use((_request: unknown, response: JsonResponse, next: () => void) => {
    const json = response.json.bind(response);
    response.json = (data) => json({ data });
    next();
  });
}
