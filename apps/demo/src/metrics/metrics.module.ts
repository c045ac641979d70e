import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.js';
import { MetricsController } from './metrics.controller.js';

@Module({ imports: [HealthModule], controllers: [MetricsController] })
export class MetricsModule {}
