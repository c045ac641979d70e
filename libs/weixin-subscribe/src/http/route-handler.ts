import {
  type ExecutionContext,
  HttpStatus,
  type PipeTransform,
  RequestMethod,
  type Type,
} from '@nestjs/common';
import {
  HEADERS_METADATA,
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PARAMTYPES_METADATA,
  PIPES_METADATA,
  REDIRECT_METADATA,
  ROUTE_ARGS_METADATA,
  SSE_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { RouteParamsFactory } from '@nestjs/core/router/route-params-factory.js';

type Handler = (...args: unknown[]) => unknown;

/** As Nest's parameter decorators leave it. */
interface Parameter {
  index: number;
  data?: unknown;
  /** Of a decorator made by `createParamDecorator`. */
  factory?: (data: unknown, context: ExecutionContext) => unknown;
}

/** The parameters that pipes see. */
const PIPED: Record<number, 'body' | 'query' | 'param'> = {
  [RouteParamtypes.BODY]: 'body',
  [RouteParamtypes.QUERY]: 'query',
  [RouteParamtypes.PARAM]: 'param',
};

const NO_STORE = { 'Cache-Control': 'no-store' };
const values = new RouteParamsFactory();
const registered = new WeakMap<object, RouteHandler>();

/**
 * A handler of one of our controllers and what Nest's decorators say about it, read once when the class is
 * defined.
 */
export class RouteHandler {
  /** Of the function that Nest takes for the handler, which is what guards see. */
  static of(placeholder: object): RouteHandler | undefined {
    return registered.get(placeholder);
  }

  readonly status: number;
  /** No cache may keep a response, unless its handler says otherwise. */
  readonly headers: Record<string, string>;
  readonly isRedirect: boolean;
  readonly isEventStream: boolean;
  private readonly parameters: [type: number, parameter: Parameter, metatype: Type | undefined][];
  private readonly pipes: PipeTransform[];

  constructor(
    readonly controller: object,
    prototype: object,
    name: string,
    private readonly handler: Handler,
  ) {
    const of = <T>(key: string): T | undefined => Reflect.getMetadata(key, handler);
    const isPost = of(METHOD_METADATA) === RequestMethod.POST;
    this.status = of(HTTP_CODE_METADATA) ?? (isPost ? HttpStatus.CREATED : HttpStatus.OK);
    const headers = of<{ name: string; value: string }[]>(HEADERS_METADATA) ?? [];
    this.headers = { ...NO_STORE, ...Object.fromEntries(headers.map(({ name, value }) => [name, value])) };
    this.isRedirect = of(REDIRECT_METADATA) !== undefined;
    this.isEventStream = of(SSE_METADATA) !== undefined;
    const types: Type[] = Reflect.getMetadata(PARAMTYPES_METADATA, prototype, name) ?? [];
    const parameters: Record<string, Parameter> =
      Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {};
    this.parameters = Object.entries(parameters).map(([key, parameter]) => [
      parameter.factory ? Number.NaN : Number.parseInt(key, 10),
      parameter,
      types[parameter.index],
    ]);
    const ofController: PipeTransform[] = Reflect.getMetadata(PIPES_METADATA, controller) ?? [];
    this.pipes = [...ofController, ...(of<PipeTransform[]>(PIPES_METADATA) ?? [])];
  }

  /** What its pipes see: DTOs, and values that are named one by one. */
  get inputs(): { in: 'body' | 'query' | 'param'; metatype: Type | undefined; name: string | undefined }[] {
    return this.parameters
      .filter(([type]) => PIPED[type])
      .map(([type, { data }, metatype]) => ({
        in: PIPED[type],
        metatype,
        name: data as string | undefined,
      }));
  }

  standFor(placeholder: object): void {
    registered.set(placeholder, this);
  }

  /**
   * Only our own pipes see the arguments: one of the host's would refuse or convert what it does not know.
   */
  async call(controller: object, context: ExecutionContext): Promise<unknown> {
    const args: unknown[] = [];
    for (const [type, parameter, metatype] of this.parameters) {
      // No promise is made of what no pipe sees: a reply of Fastify's is a thenable that waits for its own
      // end.
      const value = argumentOf(type, parameter, context);
      args[parameter.index] = PIPED[type] ? await this.piped(value, type, parameter, metatype) : value;
    }
    return this.handler.apply(controller, args);
  }

  private async piped(
    given: unknown,
    type: number,
    { data }: Parameter,
    metatype: Type | undefined,
  ): Promise<unknown> {
    let value = given;
    for (const pipe of this.pipes)
      value = await pipe.transform(value, { type: PIPED[type], metatype, data: data as string | undefined });
    return value;
  }
}

function argumentOf(type: number, { data, factory }: Parameter, context: ExecutionContext): unknown {
  if (factory) return factory(data, context);
  const [req, res, next] = context.getArgs();
  return values.exchangeKeyForValue(type, data as string, { req, res, next });
}
