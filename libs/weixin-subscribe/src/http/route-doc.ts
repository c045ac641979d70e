import { Reflector } from '@nestjs/core';
import { named } from '../kernel/named.js';
import type { NamedSchema, Schema } from '../kernel/schema.js';

type InputType = abstract new (...args: never[]) => object;

/** One of the responses of a route that did what it was asked for. */
export interface ResponseDoc {
  description: string;
  /** Without one there is no body. */
  body?: NamedSchema | Schema;
  /** Of the body. @default 'application/json' */
  mediaType?: string;
  headers?: Record<string, Schema>;
}

/** What the OpenAPI document says about a route that Nest's own decorators and the DTOs do not. */
export interface RouteDoc {
  summary: string;
  description?: string;
  /** Query parameters, where the handler takes them without a DTO: the DTO, or the parameters. */
  query?: InputType | Schema;
  headers?: Record<string, Schema>;
  /**
   * The body, where the handler takes it without a DTO: any one of these, or a schema for each media type.
   */
  body?: InputType[] | Record<string, Schema>;
  isBodyOptional?: boolean;
  responses: Record<number, ResponseDoc>;
  /**
   * Status → when. 400 with a DTO, 401 and 403 behind a service key and 429 of public routes go without
   * saying.
   */
  problems?: Record<number, string>;
}

/** Describes a route; one without it is not in the document. */
export const Documented = named('Documented', Reflector.createDecorator<RouteDoc>());

export interface RouteGroupDoc {
  tag: string;
  /** Of all routes of the controller. A route may say it otherwise. */
  problems?: Record<number, string>;
  /** How it writes its errors. @default ['application/problem+json'] */
  problemTypes?: string[];
}

/** Describes what the routes of a controller have in common. */
export const RouteGroup = named('RouteGroup', Reflector.createDecorator<RouteGroupDoc>());

export const json = (
  description: string,
  body: NamedSchema,
  headers?: Record<string, Schema>,
): ResponseDoc => ({ description, body, ...(headers && { headers }) });

export const redirectTo = (description: string): ResponseDoc => ({
  description,
  headers: { Location: { type: 'string', format: 'uri' } },
});
