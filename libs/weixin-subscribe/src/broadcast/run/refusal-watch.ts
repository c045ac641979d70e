import type { Settlement } from '../../delivery/ledger/settlement.js';
import { errcodeText } from '../../weixin/weixin-api.errors.js';

const WINDOW = 200;
const ENOUGH = 50;

/**
 * Finds out from the last messages of a broadcast whether so many were refused that all of it must be wrong.
 *
 * That WeChat refuses an unproven openid (40003, and 43101 and its like) does not tell anything about the
 * others: anybody can make up such grants. Those refusals are ignored, and do not dilute the others either.
 * Anything else that is wrong with such a message is wrong with the content or with the account, and counts.
 */
export class RefusalWatch {
  private readonly last: boolean[] = [];
  private bad = 0;

  /** @param level the fraction of refusals, 0–1, that may not be exceeded */
  constructor(private readonly level: number) {}

  /**
   * Why the broadcast should pause, if it should.
   * @param isUnproven whether its grant rests on an openid that is not proven
   */
  note(settlement: Settlement, isUnproven: boolean): string | undefined {
    if (isUnproven && (settlement.outcome === 'refused' || settlement.openidUnusable)) return undefined;
    const isBad = settlement.outcome === 'refused' || settlement.outcome === 'failed';
    this.last.push(isBad);
    if (isBad) this.bad++;
    if (this.last.length > WINDOW && this.last.shift()) this.bad--;
    const seen = this.last.length;
    // This message has the reason; a good message cannot be the first beyond the level.
    if (!isBad || seen < ENOUGH || this.bad <= this.level * seen) return undefined;
    const { errcode, errmsg, reason } = settlement;
    const cause = errcode === undefined ? (reason ?? '') : errcodeText(errcode, errmsg);
    return `${this.bad} of the last ${seen} messages were refused or wrong, the latest: ${cause}`;
  }
}
