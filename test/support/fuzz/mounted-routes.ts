import type { INestApplication } from '@nestjs/common';

/**
 * What Express routes, with parameters written as OpenAPI writes them, and without what serves Swagger's own
 * page and the console's.
 */
export function mountedRoutes(app: INestApplication): string[] {
  const { stack } = app.getHttpAdapter().getInstance().router as {
    stack: { route?: { path: string; methods: Record<string, boolean> } }[];
  };
  return stack
    .flatMap(({ route }) =>
      route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : [],
    )
    .map((route) => route.replace(/:(\w+)/g, '{$1}'))
    .filter((route) => !/ \/(?:docs|weixin\/console)/.test(route));
}
