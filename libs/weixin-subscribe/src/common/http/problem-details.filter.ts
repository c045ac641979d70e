import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { foreignCause } from '../errors.js';
import { LibraryLogger } from '../library-logger.js';
import { redact } from '../redact.js';
import { type ProblemDetails, toProblem } from './problem-details.js';

/**
 * Answers every error as `application/problem+json`. The doors of this library carry it themselves. A body that the host's parser
 * refuses never reaches a door: register this filter globally (`app.useGlobalFilters(app.get(ProblemDetailsFilter))`) to answer
 * those, and everything else of the host, in the same form.
 */
@Injectable()
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  private readonly logger = new LibraryLogger(ProblemDetailsFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse();
    const problem = toProblem(error);
    if (problem.status >= 500) this.log(problem.code, error);
    if (httpAdapter.isHeadersSent(response)) return;
    const { contentType, body } = this.render(problem, host.switchToHttp().getRequest());
    httpAdapter.setHeader(response, 'Content-Type', contentType);
    httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    if (problem.status === 401) httpAdapter.setHeader(response, 'WWW-Authenticate', 'Bearer');
    if (problem.retryAfterSeconds)
      httpAdapter.setHeader(response, 'Retry-After', String(problem.retryAfterSeconds));
    httpAdapter.reply(response, body, problem.status);
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
