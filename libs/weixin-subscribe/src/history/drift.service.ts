import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../kernel/clock.js';
import { InvalidInputError } from '../kernel/errors.js';
import { plainInput } from '../kernel/input-shape.js';
import { validateInput } from '../kernel/validation.js';
import { DriftRepository } from './drift.repository.js';
import type { DriftQuery, DriftReport, DriftThresholds } from './drift.types.js';
import { findingsOf } from './drift-findings.js';
import { DriftReportDto } from './dto/drift.dto.js';
import { templateDrifts } from './template-drift.js';

const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

const DEFAULT_THRESHOLDS: DriftThresholds = { minMessages: 20, refusedRate: 0.05, mistakeRate: 0.01 };

/** Compares what the ledger believed with what WeChat said, so that a wrong assumption is seen early. */
@Injectable()
export class DriftService {
  constructor(
    private readonly messages: DriftRepository,
    private readonly accounts: Accounts,
    private readonly clock: Clock,
  ) {}

  /**
   * How often WeChat contradicted the ledger since a moment, template by template, and what to do where that
   * is more than a few: the kinds are those of `DriftKind`. A message counts from the moment it was accepted,
   * with the outcome it has now.
   *
   * Reads each message of that time once, of all accounts, by their primary key, and for each refused one the
   * messages of that person: seconds for a million messages. For a daily look, not for every request.
   * @throws {InvalidInputError} {@link UnknownAccountError} {@link DatabaseError}
   */
  async report(asked: DriftQuery): Promise<DriftReport> {
    const { since, ...query } = plainInput(asked);
    const { appId, thresholds } = validateInput(DriftReportDto, query);
    const { grantRule } = this.accounts.get(appId);
    const now = this.clock.now();
    const start = checkSince(since, now);
    const outcomes = await this.messages.outcomes(appId, start, now + 1);
    const refused = outcomes.some(({ status }) => status === 'refused');
    const refusals = refused ? await this.messages.refusals(appId, start, now + 1) : [];
    const templates = templateDrifts(outcomes, refusals);
    return {
      appId,
      grantRule,
      since: new Date(start),
      until: new Date(now),
      templates,
      findings: findingsOf(templates, grantRule, withDefaults(thresholds)),
    };
  }
}

function withDefaults(given: Partial<DriftThresholds> | undefined): DriftThresholds {
  return {
    minMessages: given?.minMessages ?? DEFAULT_THRESHOLDS.minMessages,
    refusedRate: given?.refusedRate ?? DEFAULT_THRESHOLDS.refusedRate,
    mistakeRate: given?.mistakeRate ?? DEFAULT_THRESHOLDS.mistakeRate,
  };
}

function checkSince(since: Date, now: number): number {
  const start = since instanceof Date ? since.getTime() : Number.NaN;
  if (start <= now && start >= now - MAX_DAYS * DAY_MS) return start;
  throw new InvalidInputError([
    { field: 'since', message: `since must be a moment of the last ${MAX_DAYS} days` },
  ]);
}
