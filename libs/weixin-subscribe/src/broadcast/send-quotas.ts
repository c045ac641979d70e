import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { nextDayStart } from '../kernel/platform-day.js';
import { AuthorizedApiClient } from '../token/authorized-api.client.js';

const FRESH_MS = 60_000;
/** WeChat refused, or did not answer: nobody is helped by asking it for every preview. */
const FAILURE_MS = 15_000;

/** What WeChat reports on an account's quota of sends. */
export interface SendQuota {
  dailyLimit: number;
  used: number;
  remaining: number;
  /** When WeChat was asked: up to a minute ago. */
  asOf: Date;
}

interface Answer {
  askedAt: number;
  /** Not asked again before. */
  until: number;
  quota: Promise<SendQuota | undefined>;
}

/**
 * Today's quota of sends per account and endpoint. A query costs one call of another quota, so it is kept for
 * a minute, but not beyond the quota's day, and whoever asks at the same time shares one call: previews of
 * any number, on a public page as well, cost one call a minute and process.
 */
@Injectable()
export class SendQuotas {
  /** As many as there are accounts and channels. */
  private readonly answers = new Map<string, Answer>();

  constructor(
    private readonly api: AuthorizedApiClient,
    private readonly clock: Clock,
  ) {}

  /** Of the endpoint at `path`. `undefined`: WeChat did not report it. Never rejects. */
  of(appId: string, path: string): Promise<SendQuota | undefined> {
    const now = this.clock.now();
    const key = `${appId} ${path}`;
    const known = this.answers.get(key);
    // A clock that was set back must not keep an answer for ever.
    if (known && now >= known.askedAt && now < known.until) return known.quota;
    const until = Math.min(now + FRESH_MS, nextDayStart(now));
    const answer: Answer = { askedAt: now, until, quota: this.ask(appId, path, now) };
    this.answers.set(key, answer);
    void answer.quota.then((quota) => {
      if (quota === undefined) answer.until = now + FAILURE_MS;
    });
    return answer.quota;
  }

  private async ask(appId: string, path: string, now: number): Promise<SendQuota | undefined> {
    try {
      const answer = await this.api.call(appId, {
        method: 'POST',
        path: '/cgi-bin/openapi/quota/get',
        body: JSON.stringify({ cgi_path: path }),
      });
      if (answer.kind !== 'answered' || answer.facts.errclass !== 'ok') return undefined;
      const { quota } = answer.envelope.body as { quota?: Record<string, unknown> };
      const [dailyLimit, used, remaining] = [quota?.daily_limit, quota?.used, quota?.remain].map(Number);
      return [dailyLimit, used, remaining].every(Number.isFinite)
        ? { dailyLimit, used, remaining, asOf: new Date(now) }
        : undefined;
    } catch {
      return undefined;
    }
  }
}
