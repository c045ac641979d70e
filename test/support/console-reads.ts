import { OFFICIAL, SERVICE_KEY } from './accounts.js';
import type { Filled } from './school.js';

const { appId } = OFFICIAL;
const [templateId] = OFFICIAL.templates;

/**
 * Each address that the console's pages read, by the path of the OpenAPI document; `most`: of those that look
 * through a window of rows for what a filter leaves, how many rows at most.
 */
export function consoleReads(
  { openids: [openid], messages, broadcasts: [broadcast] }: Filled,
  recurring: string,
): Record<string, ConsoleRead[]> {
  const person = { appId, openid };
  return {
    '/overview': [{ query: { hours: 24 } }, { query: { hours: 168 } }],
    '/messages': [
      ...[{}, { status: 'unknown' }, { status: 'waiting' }, { status: 'sending' }, { openid }].map(
        (query) => ({ query }),
      ),
      ...[{ status: 'refused' }, { errcode: 43004 }, { requestedBy: 'nobody' }, { templateId: 'none' }].map(
        (query) => ({ query, most: 16_000 }),
      ),
    ].map(({ query, ...read }) => ({ query: { appId, limit: 50, ...query }, ...read })),
    '/messages/{id}': Object.values(messages).map((id) => ({ path: `/messages/${id}` })),
    '/messages/{id}/explain': Object.values(messages).map((id) => ({ path: `/messages/${id}/explain` })),
    '/history': [{ query: { ...person, limit: 50 } }],
    '/grants': [{ query: { ...person, templateId } }],
    '/explain': [{ query: { ...person, templateId, scene: 3 } }],
    '/broadcasts': [{ query: { appId, limit: 50 } }, { query: { appId, status: 'cancelled', limit: 50 } }],
    '/broadcasts/{id}': [{ path: `/broadcasts/${broadcast}` }],
    '/broadcasts/{id}/history': [{ path: `/broadcasts/${broadcast}/history` }],
    '/broadcasts/recurring': [{ query: { appId, limit: 50 } }],
    '/broadcasts/recurring/{id}': [{ path: `/broadcasts/recurring/${recurring}` }],
    '/broadcasts/recurring/{id}/runs': [{ path: `/broadcasts/recurring/${recurring}/runs` }],
    '/pushes': [
      { query: { appId, limit: 50 } },
      { query: { appId, status: 'failed', event: 'none' }, most: 2100 },
    ],
    '/audit': [
      { query: { appId, limit: 50 } },
      { query: { action: 'people.erase', actor: 'reader' }, most: 2100 },
    ],
    '/templates/drift': [{ query: { appId } }],
  };
}

/** One request of a console's page. */
export interface ConsoleRead {
  path?: string;
  query?: object;
  most?: number;
}

/** A recurring broadcast for the pages that list them. Returns its id. */
export async function addRecurring(url: string): Promise<string> {
  const content = { title: '上课提醒', content: { value: '8:50' } };
  const response = await fetch(`${url}/weixin/broadcasts/recurring`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'morning', appId, templateId, scene: 3, cron: '30 8 * * 1-5', ...content }),
  });
  const { id } = (await response.json()) as { id: string };
  return id;
}
