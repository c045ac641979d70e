/** Answers remembered at once, in each of two halves; the oldest give way. About 10 MB when both are full. */
const MOST = 100_000;

/**
 * Recognises an answer that was taken before, by the nonce WeChat encrypted it with. Nothing in an answer
 * names the request that it belongs to, so a recorded one could otherwise be given again as long as its
 * timestamp is accepted. Of this process only: a copy of what another process received is not recognised.
 */
export class AnswerReplays {
  private young = new Set<string>();
  private old = new Set<string>();
  private turnsAt = 0;

  /** @param memoryMs how long an answer is remembered at least */
  constructor(private readonly memoryMs: number) {}

  /** `false`: it was taken before. */
  take(nonce: string, now: number): boolean {
    this.turn(now);
    if (this.young.has(nonce) || this.old.has(nonce)) return false;
    this.young.add(nonce);
    return true;
  }

  private turn(now: number): void {
    if (now < this.turnsAt && this.turnsAt - now <= this.memoryMs && this.young.size < MOST) return;
    this.old = this.young;
    this.young = new Set();
    this.turnsAt = now + this.memoryMs;
  }
}
