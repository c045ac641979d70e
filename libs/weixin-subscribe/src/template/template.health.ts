import { Injectable } from '@nestjs/common';
import { foreignCause } from '../kernel/errors.js';
import type { HealthStatus } from '../token/token.health.js';
import { SharedCalls } from '../upkeep/shared-calls.js';
import type { TemplateFinding } from './drift/template-drift.js';
import { TemplateDriftService } from './drift/template-drift.service.js';

/** What `HealthCheckService.check` of @nestjs/terminus 12 takes; for 11 there is `upOrDown()`. */
export type TemplateHealth = Record<
  string,
  { status: HealthStatus; message?: string; findings?: TemplateFinding[] }
>;

/**
 * Whether the templates of the options are what WeChat has, for @nestjs/terminus:
 * `health.check([() => templateHealth.check()])`. It asks the database and never the platform. `degraded`:
 * one is missing, and its sends pause. Changed keywords are listed and change nothing. `down`: the database
 * can not be asked.
 */
@Injectable()
export class TemplateHealthIndicator {
  private readonly checks = new SharedCalls<TemplateHealth[string]>();

  constructor(private readonly drift: TemplateDriftService) {}

  /** @param key the name under which the result stands @default 'weixin-templates' */
  async check(key = 'weixin-templates'): Promise<TemplateHealth> {
    return { [key]: await this.checks.run('', () => this.look()) };
  }

  private async look(): Promise<TemplateHealth[string]> {
    try {
      const findings = await this.drift.findings();
      return { status: findings.some(({ kind }) => kind === 'missing') ? 'degraded' : 'up', findings };
    } catch (error) {
      return { status: 'down', message: foreignCause(error).message };
    }
  }
}
