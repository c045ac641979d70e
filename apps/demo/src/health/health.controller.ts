import { Controller, Get, Header, Headers, Res, ServiceUnavailableException } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import type { Response } from 'express';
import { TokenHealthIndicator } from 'nestjs-weixin-subscribe';
import { OperatorKeys } from './operator-keys.js';

/** What anybody may know. */
type Summary = Pick<HealthCheckResult, 'status'>;

/**
 * For the load balancer, which learns up or down, and for whoever is woken at night: with a service key that
 * may use every account it also tells of the database and of each account's token.
 */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly tokens: TokenHealthIndicator,
    private readonly operators: OperatorKeys,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async check(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<HealthCheckResult | Summary> {
    const result = await this.result();
    if (result.status === 'error' || result.status === 'shutting_down') response.status(503);
    return this.operators.has(authorization) ? result : { status: result.status };
  }

  private async result(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([() => this.database.pingCheck('database'), () => this.tokens.check()]);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }
}
