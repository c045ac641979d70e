import { NotFoundException } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { firstValueFrom, type Observable } from 'rxjs';
import { ProblemDetailsFilter } from './problem-details.filter.js';

// A hybrid application that inherits the configuration has its global filters before these handlers, too.
describe('the filter where it is no request of HTTP that failed', () => {
  const filter = new ProblemDetailsFilter({ httpAdapter: {} } as never);
  const hostOf = (type: string, ...args: unknown[]) => {
    const host = new ExecutionContextHost(args);
    host.setType(type);
    return host;
  };
  const lost = new NotFoundException('no such course');
  const problem = expect.objectContaining({ status: 404, detail: 'no such course' });
  const own = Object.assign(new Error('mine'), { getError: () => ({ code: 'MINE' }) });

  it('gives the caller of a microservice the problem, or what the host says itself by an RpcException', async () => {
    const answer = (error: unknown) =>
      firstValueFrom(filter.catch(error, hostOf('rpc', {}, {})) as Observable<unknown>).catch((told) => told);
    expect(await answer(lost)).toEqual(problem);
    expect(await answer(own)).toEqual({ code: 'MINE' });
  });

  it('tells the client of a gateway', () => {
    const told: unknown[] = [];
    const client = { emit: (...event: unknown[]) => told.push(event) };
    filter.catch(lost, hostOf('ws', client, {}));
    filter.catch(own, hostOf('ws', client, {}));
    expect(told).toEqual([
      ['exception', problem],
      ['exception', { code: 'MINE' }],
    ]);
  });

  it('leaves the errors of others, as GraphQL, to them', () => {
    expect(filter.catch(lost, hostOf('graphql', {}, {}, {}, {}))).toBe(lost);
  });
});
