import type { PauseCause } from './broadcast.types.js';

interface BroadcastEvent {
  broadcastId: string;
  appId: string;
  /** Who did it; absent for what the library did by itself. */
  requestedBy?: string;
}

declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /**
     * A broadcast was started, perhaps for a later time. Each of these events happens once, in one process.
     */
    'weixin.broadcast.started': BroadcastEvent;
    'weixin.broadcast.paused': BroadcastEvent & { cause: PauseCause; reason?: string; resumesAt?: Date };
    'weixin.broadcast.resumed': BroadcastEvent;
    'weixin.broadcast.cancelled': BroadcastEvent;
    /** Nobody is left, or its deadline passed: then `reason` says so. */
    'weixin.broadcast.finished': BroadcastEvent & { reason?: string };
  }
}
