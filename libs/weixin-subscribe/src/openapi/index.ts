/**
 * The OpenAPI document of the routes.
 * @module nestjs-weixin-subscribe/openapi
 */

// For hosts that publish an OpenAPI document: `nestjs-weixin-subscribe/openapi`

export type { Schema } from '../kernel/schema.js';
export { type OpenApiDocument, type WeixinOpenApiDocument, weixinOpenApi } from './weixin-open-api.js';
