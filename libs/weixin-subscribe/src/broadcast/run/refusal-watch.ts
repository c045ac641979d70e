import type { Settlement } from '../../delivery/ledger/settlement.js';

const WINDOW = 200;
const ENOUGH = 50;

/**
 * Looks at the last messages of a broadcast for a share of refusals that says: something is wrong with all of it.
 *
 * That WeChat refuses an openid that nobody has proven (40003, and 43101 and its like) says nothing of the others: anybody can make such grants up. So
 * those refusals are passed over, and do not thin the others out either. Whatever else is wrong with such a message is wrong with the content or with
 * the account, and counts like everything else.
 */
export class RefusalWatch {
  private readonly last: boolean[] = [];
  private bad = 0;

  /** @param level the share, 0–1, that may not be exceeded */
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
    // The message at hand tells why; a good one can not be the first beyond the level.
    if (!isBad || seen < ENOUGH || this.bad <= this.level * seen) return undefined;
    const { errcode, errmsg, reason } = settlement;
    const said = errcode === undefined ? (reason ?? '') : `errcode ${errcode} ${errmsg ?? ''}`.trimEnd();
    return `${this.bad} of the last ${seen} messages were refused or wrong, the latest: ${said}`;
  }
}
