import type { EventEmitter } from 'node:events';
import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import { foreignCause } from '../kernel/errors.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { redact } from '../kernel/redact.js';
import { type ProblemDetails, toProblem } from './problem-details.js';
import { isWritten, setHeaders, writeResponse } from './write-response.js';

/**
 * Answers every error as `application/problem+json`. The endpoints of this library carry it themselves. A
 * body that the host's parser refuses never reaches an endpoint: register this filter globally
 * (`app.useGlobalFilters(app.get(ProblemDetailsFilter))`) to answer those, and everything else of the host,
 * in the same form. In a hybrid application the callers of microservices and gateways get the problem as the
 * error; what an `RpcException` or `WsException` says stays.
 */
@Injectable()
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  protected readonly logger = new LibraryLogger(ProblemDetailsFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    switch (host.getType<string>()) {
      case 'http':
        return this.respond(error, host);
      case 'rpc':
        return throwError(() => this.told(error));
      case 'ws':
        return host.switchToWs().getClient<EventEmitter>().emit('exception', this.told(error));
      default:
        // GraphQL makes its answer of the error.
        return error;
    }
  }

  /** What a caller may know, where there is no response to write. */
  private told(error: unknown): unknown {
    const { getError } = Object(error) as { getError?: () => unknown };
    if (typeof getError === 'function') return getError.call(error);
    const problem = toProblem(error);
    if (problem.status >= 500) this.log(problem.code, error);
    return problem;
  }

  private respond(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse();
    if (isWritten(response)) {
      this.ignore(error);
      return;
    }
    const problem = toProblem(error);
    if (isBrokenOff(error)) this.logger.debug('a request broke off before its end');
    else if (problem.status >= 500) this.log(problem.code, error);
    if (httpAdapter.isHeadersSent(response)) return;
    const { contentType, body } = this.render(problem, host.switchToHttp().getRequest());
    httpAdapter.status(response, problem.status);
    setHeaders(httpAdapter, response, {
      'Content-Type': contentType,
      'Cache-Control': 'no-store',
      'WWW-Authenticate': problem.status === 401 ? 'Bearer' : undefined,
      'Retry-After': problem.retryAfterSeconds ? String(problem.retryAfterSeconds) : undefined,
    });
    void writeResponse(httpAdapter, response, Buffer.from(body));
  }

  /** An interceptor of the host failed, to which our routes give `undefined`, after the response was sent. */
  private ignore(error: unknown): void {
    this.logger.debug(`after the response: ${foreignCause(error).message}`);
  }

  protected render(problem: ProblemDetails, _request: unknown): { contentType: string; body: string } {
    return { contentType: 'application/problem+json; charset=utf-8', body: JSON.stringify(problem) };
  }

  private log(code: string, error: unknown): void {
    const cause = (error as { cause?: unknown } | undefined)?.cause;
    const chain = [error, cause].filter((one) => one !== undefined).map((one) => foreignCause(one).message);
    this.logger.error(`${code}: ${chain.join(' <- ')}`, redact((error as Error)?.stack ?? ''));
  }
}

/** Its client left while it sent the body, which is nothing of ours to mend; anybody can do so. */
function isBrokenOff(error: unknown): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return code === 'ECONNRESET' && message === 'aborted';
}
