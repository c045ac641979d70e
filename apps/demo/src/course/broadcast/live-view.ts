import type { BroadcastProgress } from 'nestjs-weixin-subscribe';
import { inLanguage } from '../../pages/language.js';

/**
 * What changes on the page of a broadcast while somebody looks at it: the page is made of it, and its script
 * puts the next one in.
 */
export interface LiveView {
  /** As long as it is the same, the rest of the page holds. */
  state: string;
  isOver: boolean;
  /** Of the bar. */
  done: number;
  all: number;
  texts: Record<'done' | 'sent' | 'refused' | 'failed' | 'unknown' | 'remaining' | 'rate' | 'eta', string>;
}

export function liveViewOf(progress: BroadcastProgress): LiveView {
  const { status, pauseCause, inFlight, claimed, total = 0, remaining = 0, rate, etaSeconds } = progress;
  const isOver = (status === 'finished' || status === 'cancelled') && inFlight === 0;
  const done = claimed - inFlight + progress.noGrant;
  // Who confirms while it runs comes on top.
  const all = Math.max(total, done + inFlight);
  return {
    state: [status, pauseCause, isOver && 'over'].filter(Boolean).join(' '),
    isOver,
    done,
    all,
    texts: {
      done: `${done} / ${all}`,
      sent: String(progress.sent),
      refused: String(progress.refused),
      failed: String(progress.failed),
      unknown: String(progress.unknown),
      remaining: String(remaining),
      rate: status === 'running' ? inLanguage(`${rate} 条/秒`, `${rate} a second`) : '—',
      eta: status === 'running' && etaSeconds !== undefined ? durationOf(etaSeconds) : '—',
    },
  };
}

/** `95` → `1 分 35 秒`, in the language of the request. */
export function durationOf(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 0) return inLanguage(`${hours} 小时 ${minutes} 分`, `${hours} h ${minutes} min`);
  if (minutes > 0) return inLanguage(`${minutes} 分 ${rest} 秒`, `${minutes} min ${rest} s`);
  return inLanguage(`${rest} 秒`, `${rest} s`);
}
