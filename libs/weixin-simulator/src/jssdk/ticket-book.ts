import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';

const LIFETIME_MS = 7_200_000;
/** How long the ticket before still signs pages (row 43). */
const OVERLAP_MS = 3_600_000;
const LENGTH = 86;

export type TicketType = 'jsapi' | 'wx_card';

interface Ticket {
  value: string;
  endsAt: number;
}

/**
 * The jsapi_tickets, and those of cards and coupons. Asking again gives the same one, and does not kill it.
 * Row 43.
 */
export class TicketBook {
  private readonly tickets = new Map<string, Ticket[]>();

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** The current one, or a new one when its time is over. */
  current(appId: string, type: TicketType): string {
    const now = this.clock.now();
    const key = `${type} ${appId}`;
    const [newest] = this.tickets.get(key) ?? [];
    if (newest && newest.endsAt > now) return newest.value;
    const ticket = { value: this.random.hex(LENGTH), endsAt: now + LIFETIME_MS };
    this.tickets.set(key, newest ? [ticket, newest] : [ticket]);
    return ticket.value;
  }

  /** Those that sign pages now; tickets of cards and coupons (`wx_card`) do not. */
  valid(appId: string): string[] {
    const now = this.clock.now();
    return (this.tickets.get(`jsapi ${appId}`) ?? [])
      .filter(({ endsAt }, index) => endsAt + (index === 0 ? 0 : OVERLAP_MS) > now)
      .map(({ value }) => value);
  }

  reset(): void {
    this.tickets.clear();
  }
}
