import { weixinOpenApi } from 'nestjs-weixin-subscribe/openapi';
import { LANGUAGES } from '../../docs/languages.js';
import { restPage } from '../../docs/rest-page.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { mountedRoutes } from '../support/fuzz/mounted-routes.js';

const hosted: { app?: TestApp } = {};
afterAll(() => hosted.app?.close());

it('the REST reference has every mounted route once, links that lead somewhere, and nothing that Vue reads', async () => {
  hosted.app = await createTestApp();
  const { app } = hosted.app;
  for (const language of LANGUAGES) {
    const page = restPage(weixinOpenApi(app), language);
    const shown = [...page.matchAll(/^\*\*`([A-Z]+ [^`]+)`\*\*/gm)].map(([, route]) => route);
    expect(shown.sort()).toEqual(mountedRoutes(app).sort());
    const anchors = [...page.matchAll(/\{#([\w-]+)\}$/gm)].map(([, anchor]) => anchor);
    expect(new Set(anchors).size).toBe(anchors.length);
    const links = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
    const prose = page.replace(/```[\s\S]*?```|`[^`\n]*`|<br>/g, '');
    expect(prose).not.toMatch(/<|\{\{/);
  }
});
