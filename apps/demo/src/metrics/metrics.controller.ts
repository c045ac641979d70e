import {
  Controller,
  ForbiddenException,
  Get,
  Headers,
  Req,
  Res,
  UnauthorizedException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { OperatorKeys } from '../health/operator-keys.js';
import { collectMetrics } from './metrics.js';

/**
 * For Prometheus. They name accounts and say how much is sent, so they are for who has a service key that may
 * use every account.
 */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly operators: OperatorKeys) {}

  @Get()
  scrape(
    @Headers('authorization') authorization: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): void {
    if (this.operators.isLimited(authorization))
      throw new ForbiddenException('the metrics are of all accounts, and this key is of some');
    if (!this.operators.has(authorization))
      throw new UnauthorizedException('the metrics need a service key, as Authorization: Bearer');
    collectMetrics().getMetricsRequestHandler(request, response);
  }
}
