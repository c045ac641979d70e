import { type Given, IsChoice, type OptionChecks } from '../kernel/option-checks.js';
import { IsFlag, IsWhole } from '../kernel/validation.js';

export const UNKNOWN_POLICIES = ['keep', 'resend-if-not-renewed'] as const;
export type UnknownPolicy = (typeof UNKNOWN_POLICIES)[number];

export class DeliveryConfig {
  /**
   * A send that is not settled after this long counts as interrupted and becomes `unknown`, 10–3,600 s; must
   * exceed twice `http.timeoutMs`. @default 60
   */
  @IsWhole(10, 3600)
  readonly leaseSeconds: number = 60;

  /** Deferred messages that one process sends at once, 1–256. @default 16 */
  @IsWhole(1, 256)
  readonly concurrency: number = 16;

  /**
   * What becomes of a message whose outcome is `unknown`. `keep`: nothing, until a person resolves it.
   * `resend-if-not-renewed`: the same message is posted again, at most twice and within an hour, as long as
   * the ledger shows no newer confirm of the same person, template and scene; only on accounts with the grant
   * rule `set`. At WeChat one confirm delivers one message, so the second post can not deliver a second one,
   * unless the person confirmed anew and that confirm has not reached the ledger yet. @default 'keep'
   */
  @IsChoice(UNKNOWN_POLICIES)
  readonly unknown: UnknownPolicy = 'keep';

  /**
   * Whether the statements of sends stay prepared on the connections of PostgreSQL, which saves most of the
   * cost of single ones there. Off behind a pooler that gives a transaction any connection and keeps no
   * prepared statements (PgBouncer in transaction mode before 1.21, or with `max_prepared_statements = 0`).
   * @default true
   */
  @IsFlag()
  readonly preparedStatements: boolean = true;

  get leaseMs(): number {
    return 1000 * this.leaseSeconds;
  }
}

export type DeliveryOptions = Given<Omit<DeliveryConfig, 'leaseMs'>>;

/** @param timeoutMs of a call to the platform */
export function resolveDelivery(
  checks: OptionChecks,
  given: DeliveryOptions | undefined,
  timeoutMs: number,
): DeliveryConfig {
  const delivery = checks.read('delivery', DeliveryConfig, given);
  if (delivery.leaseMs <= 2 * timeoutMs) {
    checks.refuse(
      'delivery.leaseSeconds',
      'must be longer than twice "http.timeoutMs": a send may be posted twice (token refresh)',
    );
  }
  return delivery;
}
