import { type INestApplicationContext, RequestMethod } from '@nestjs/common';
import { Documented } from '../http/route-doc.js';
import { type MountedRoute, RouteUrls } from '../http/route-urls.js';
import type { Schema } from '../kernel/schema.js';
import { Components } from './components.js';
import { type Operation, operationOf } from './operation.js';

/** As much of an OpenAPI document as is read here; what `SwaggerModule.createDocument` returns is one. */
export interface OpenApiDocument {
  openapi: string;
  info: object;
  paths: object;
  components?: { schemas?: object; securitySchemes?: object };
}

/** The document of the library alone. */
export interface WeixinOpenApiDocument extends OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
}

/**
 * The OpenAPI 3.0 document of the library's routes as this application mounts them: only those that are
 * mounted, under their global prefix, version and module path. To be called when prefix and versioning are
 * set.
 * @param host a document to merge them into, as `SwaggerModule.createDocument` returns it: it is left as it
 * is, and its own routes and components stay; where a name is taken, ours begins with `Weixin`
 */
export function weixinOpenApi(app: INestApplicationContext): WeixinOpenApiDocument;
export function weixinOpenApi<Host extends OpenApiDocument>(app: INestApplicationContext, host: Host): Host;
export function weixinOpenApi(app: INestApplicationContext, host: OpenApiDocument = EMPTY): OpenApiDocument {
  const components = new Components(host.components ?? {});
  const paths: Record<string, object> = { ...host.paths } as Record<string, object>;
  for (const route of app.get(RouteUrls, { strict: false }).withMetadata(Documented.KEY)) {
    const method = RequestMethod[route.method].toLowerCase();
    for (const path of templatesOf(route))
      paths[path] = { ...paths[path], [method]: operationOf(route, path, components) };
  }
  return { ...host, paths, components: { ...host.components, ...components.written() } };
}

const EMPTY: OpenApiDocument = {
  openapi: '3.0.0',
  info: { title: 'WeChat subscription messages', version: '0.1.0' },
  paths: {},
};

/** A route with several default versions has several. */
const templatesOf = ({ paths }: MountedRoute) => paths.map((path) => path.replace(/:(\w+)/g, '{$1}'));
