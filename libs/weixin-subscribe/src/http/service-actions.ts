import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { named } from '../kernel/named.js';
import { toProblem } from './problem-details.js';
import { RouteHandler } from './route-handler.js';
import { callerOf, type KnownCaller } from './service-route.js';

/**
 * Names what a route changes, for whoever records it, e.g. `messages.resolve`: what, and what happens to it;
 * at most 32 characters. A route without one is not recorded: what it does is in a ledger of its own.
 */
export const Audited = named('Audited', Reflector.createDecorator<string>());

/** One call of a route that carries {@link Audited}, after it. */
export interface ServiceAction {
  action: string;
  caller: KnownCaller;
  /** HTTP status of the response. */
  status: number;
  /** Of what the route reads. */
  params: Readonly<Record<string, unknown>>;
  query: Readonly<Record<string, unknown>>;
  body: Readonly<Record<string, unknown>>;
  /** What the handler returned; absent where it failed. */
  result?: Readonly<Record<string, unknown>>;
  requestId?: string;
}

type Listener = (action: ServiceAction) => Promise<void>;

/** Tells who is interested what callers of the routes for services have done. */
@Injectable()
export class ServiceActions {
  private readonly listeners: Listener[] = [];

  constructor(private readonly reflector: Reflector) {}

  /** @param listener the response waits for it: it must not reject, and not take long */
  observe(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** `undefined`: nobody records it. */
  done(context: ExecutionContext, status: number, result: unknown): Promise<unknown> | undefined {
    return this.tell(context, status, result);
  }

  failed(context: ExecutionContext, error: unknown): Promise<unknown> | undefined {
    // Without a listener an error is not read at all: sends fail by the thousand.
    const isRecorded = this.listeners.length > 0 && this.actionOf(context) !== undefined;
    return isRecorded ? this.tell(context, toProblem(error).status, undefined) : undefined;
  }

  private actionOf(context: ExecutionContext): string | undefined {
    return this.reflector.get(Audited, context.getHandler());
  }

  private tell(context: ExecutionContext, status: number, result: unknown): Promise<unknown> | undefined {
    const action = this.actionOf(context);
    const request = context.switchToHttp().getRequest<Record<string, unknown>>();
    const caller = action === undefined ? undefined : callerOf(request);
    if (action === undefined || !caller) return undefined;
    const performed: ServiceAction = {
      action,
      caller,
      status,
      params: partOf(context, request.params, 'param'),
      query: partOf(context, request.query, 'query'),
      body: partOf(context, request.body, 'body'),
      result: Object(result),
      requestId: requestIdOf(request),
    };
    return Promise.all(this.listeners.map((listener) => listener(performed)));
  }
}

/** What a route does not read may say anything. */
function partOf(
  context: ExecutionContext,
  part: unknown,
  from: 'body' | 'query' | 'param',
): Readonly<Record<string, unknown>> {
  const isRead = RouteHandler.of(context.getHandler())?.inputs.some((input) => input.in === from);
  return isRead ? Object(part) : {};
}

function requestIdOf({ headers }: Record<string, unknown>): string | undefined {
  const id: unknown = Object(headers)['x-request-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}
