import { Browser, type Reply } from './browser.js';
import type { GrantKey } from './grant-key.js';
import type { LocalWorld } from './local-world.js';
import type { WalkthroughReport } from './walkthrough-report.js';

/** Course numbers of the walkthrough. */
export const COURSE = 42;
export const OTHER_COURSE = 43;
export const CLASS_COURSE = 44;
export const EXPLAINED_COURSE = 46;

/** What every part of the walkthrough works with. */
export interface Stage {
  world: LocalWorld;
  report: WalkthroughReport;
  /** One of the company's other services: it has a key. */
  service: Browser;
}

export function createStage(world: LocalWorld, report: WalkthroughReport): Stage {
  return { world, report, service: new Browser({ authorization: `Bearer ${world.serviceKey}` }) };
}

export function withQuery(base: string, path: string, query: Record<string, string | number>): URL {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

/** The body as JSON; an empty object where it is none, so that a check fails and says what came instead. */
export function json(reply: Reply): Record<string, unknown> {
  try {
    return JSON.parse(reply.text);
  } catch {
    return {};
  }
}

/** Asks for the grants of a person and checks how many may be used. */
export async function checkAvailable(
  { world, report, service }: Stage,
  grantKey: GrantKey & { openid: string },
  available: number,
  says: string,
): Promise<void> {
  const reply = await service.get(withQuery(world.url, '/weixin/grants', { ...grantKey }));
  report.check(reply, { status: 200, holds: json(reply).available === available, says });
}
