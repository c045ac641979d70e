import type { ExplainEvent, Explanation, WeixinRecord } from '../delivery/send/explanation.types.js';

/** An explanation as the REST routes show it: moments in ISO 8601, UTC. */
export interface ExplanationView extends Omit<Explanation, 'story' | 'weixin'> {
  weixin?: Omit<WeixinRecord, 'invokedAt'> & { invokedAt: string };
  story: (Omit<ExplainEvent, 'at'> & { at: string })[];
}

export function toExplanationView({ story, weixin, ...explanation }: Explanation): ExplanationView {
  return {
    ...explanation,
    ...(weixin && { weixin: { ...weixin, invokedAt: weixin.invokedAt.toISOString() } }),
    story: story.map(({ at, ...event }) => ({ ...event, at: at.toISOString() })),
  };
}
