import type { Broadcast, BroadcastPreview, BroadcastProgress } from 'nestjs-weixin-subscribe';

/** The people who asked for a course through one account and template. */
export interface Audience {
  appId: string;
  templateId: string;
  flow: 'web' | 'app';
  /** How many grants there are, as far as they were counted. */
  people: number;
  /** There may be more: they were not counted to the end. */
  andMore: boolean;
}

/** What a broadcast would do, before the button is pressed. */
export interface ClassPreview {
  appId: string;
  templateId: string;
  preview: BroadcastPreview;
}

/** A broadcast and where it stands. */
export interface ClassBroadcast {
  broadcast: Broadcast;
  progress: BroadcastProgress;
}
