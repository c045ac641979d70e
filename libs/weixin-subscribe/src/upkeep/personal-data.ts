import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';

/**
 * What was erased of one person, by kind of row. `inFlight` rows could not be erased yet: call again a minute
 * later.
 */
export type ErasureReport = Record<string, number> & { inFlight: number };

/** A part of the module that stores rows about people. */
export interface PersonalDataHolder {
  /** Key of the count in the report, e.g. `grants`. */
  readonly holds: string;
  forget(appId: string, openid: string): Promise<{ erased: number; inFlight?: number }>;
}

/** Erasure on request (个人信息保护法 art. 47, GDPR art. 17). Every repository registers what it holds. */
@Injectable()
export class PersonalDataService {
  private readonly holders: PersonalDataHolder[] = [];

  constructor(private readonly accounts: Accounts) {}

  register(holder: PersonalDataHolder): void {
    this.holders.push(holder);
  }

  /**
   * Erases what is stored under one openid: its grants are deleted, and the intents that it answered or was
   * expected to answer; messages stay as outcomes to keep the account exact, without openid, text and links.
   * An intent that was cancelled, or that nobody answered, knows no openid unless the host's subject
   * resolver gave one: it keeps the host's own `subject` until `retention.intentsDays` have passed. Backups
   * and the host's own tables are the host's to clean.
   * @throws {UnknownAccountError}
   */
  async forget(appId: string, openid: string): Promise<ErasureReport> {
    this.accounts.get(appId);
    const report: ErasureReport = { inFlight: 0 };
    for (const holder of this.holders) {
      const { erased, inFlight } = await holder.forget(appId, openid);
      report[holder.holds] = erased;
      report.inFlight += inFlight ?? 0;
    }
    return report;
  }
}
