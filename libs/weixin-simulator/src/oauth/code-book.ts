import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import { type Refusal, refuse } from '../platform/errcodes.js';

const LIFETIME_MS = 300_000;

/** What a code stands for: a person at an account. */
export interface Login {
  kind: 'oauth' | 'mini-program';
  appId: string;
  openid: string;
  scope: string;
  /** Where the account is bound to an Open Platform account, and the scope gives it. */
  unionid?: string;
  /** The page was opened as a snapshot: the openid is a virtual one. */
  isSnapshot: boolean;
  /** Of OAuth: a third-party platform asked, and it alone exchanges the code. Absent of `wx.login`. */
  isOnBehalf?: boolean;
}

interface Code extends Login {
  endsAt: number;
  isUsed: boolean;
}

/** Codes of OAuth and of `wx.login`: good for one exchange within five minutes. Row 45. */
export class CodeBook {
  private readonly codes = new Map<string, Code>();

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  issue(login: Login): string {
    const code = this.random.hex(32);
    this.codes.set(code, { ...login, endsAt: this.clock.now() + LIFETIME_MS, isUsed: false });
    return code;
  }

  /** The first exchange uses the code up, whatever is answered. */
  exchange(code: string, kind: Login['kind'], appId: string, isOnBehalf: boolean): Login | Refusal {
    const known = this.codes.get(code);
    if (!known || known.kind !== kind || known.appId !== appId) return refuse(40029);
    if (known.isOnBehalf !== undefined && known.isOnBehalf !== isOnBehalf) return refuse(40029);
    if (known.isUsed) return refuse(40163);
    known.isUsed = true;
    return known.endsAt > this.clock.now() ? known : refuse(40029);
  }

  /** Any request of its account uses a code up, also one that is refused for its secret (fact sheet D.4). */
  burn(code: string | undefined, appId: string | undefined): void {
    const known = code === undefined ? undefined : this.codes.get(code);
    if (known && known.appId === appId) known.isUsed = true;
  }

  reset(): void {
    this.codes.clear();
  }
}
