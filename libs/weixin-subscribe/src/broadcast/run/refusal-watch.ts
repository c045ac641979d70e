import type { Settlement } from '../../delivery/settlement.js';

const WINDOW = 200;
const ENOUGH = 50;

/** Looks at the last messages of a broadcast for a share of refusals that says: something is wrong with all of it. */
export class RefusalWatch {
  private readonly last: boolean[] = [];
  private bad = 0;

  /** @param level the share, 0–1, that may not be exceeded */
  constructor(private readonly level: number) {}

  /** Why the broadcast should pause, if it should. */
  note(settlement: Settlement): string | undefined {
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
