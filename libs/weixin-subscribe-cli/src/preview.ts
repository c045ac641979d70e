import { plain } from './cli-error.js';
import { duration } from './watch.js';

/** What a broadcast that is not started would do. */
export interface Preview {
  matching: number;
  recipients?: { rows: number; invalid: number; duplicates: number; noGrant: number };
  wrong?: { openid: string; reason: string }[];
  samples: {
    openid: string;
    wrong?: string;
    content?: {
      title?: string;
      content?: { value: string };
      data?: Record<string, { value: string }>;
      url?: string;
      page?: string;
      miniprogram?: { pagepath: string };
    };
  }[];
  ratePerSecond?: number;
  estimatedSeconds?: number;
  quota?: { dailyLimit: number; used: number; remaining: number; asOf: string };
  /** Rows that follow after those of the preview. */
  notPreviewed?: number;
}

/** In words, or as JSON, on standard output. */
export function showPreview(preview: Preview, { json = false }): void {
  if (json) console.log(JSON.stringify(preview));
  else printPreview(preview);
}

/** In words, on standard output. */
export function printPreview(preview: Preview): void {
  for (const line of describe(preview)) console.log(line);
}

function* describe(preview: Preview): Generator<string> {
  const {
    matching,
    recipients,
    wrong = [],
    samples,
    ratePerSecond,
    estimatedSeconds,
    quota,
    notPreviewed,
  } = preview;
  yield `${matching} ${matching === 1 ? 'person has' : 'people have'} an unused grant and would get it`;
  if (recipients) {
    const { rows, invalid, duplicates, noGrant } = recipients;
    yield `${rows} rows: ${noGrant} without a grant, ${invalid} wrong, ${duplicates} again`;
  }
  if (notPreviewed) yield `${notPreviewed} more rows follow, which are not looked at here`;
  for (const { openid, reason } of wrong) yield `  wrong: ${plain(openid)}: ${plain(reason)}`;
  for (const { openid, content, wrong: why } of samples) {
    const text = content ? saidBy(content) : `nothing, since ${plain(why)}`;
    yield `to ${plain(openid)}: ${text}`;
    const link = content?.miniprogram?.pagepath ?? content?.url ?? content?.page;
    if (link) yield `  opens ${plain(link)}`;
  }
  if (ratePerSecond) yield `at most ${ratePerSecond} per second`;
  if (estimatedSeconds !== undefined) yield `takes about ${duration(estimatedSeconds)}`;
  if (quota) yield `quota of today: ${quota.remaining} of ${quota.dailyLimit} left at ${plain(quota.asOf)}`;
}

function saidBy({ title, content, data }: NonNullable<Preview['samples'][number]['content']>): string {
  return data
    ? Object.entries(data)
        .map(([keyword, { value }]) => `${plain(keyword)} ${plain(value)}`)
        .join(' | ')
    : `${plain(title)} | ${plain(content?.value)}`;
}
