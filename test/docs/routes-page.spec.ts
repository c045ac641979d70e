import { readFileSync } from 'node:fs';
import { everyRoute } from '../support/every-route.js';

/** `GET /weixin/messages`, as a page and the code both call it. */
const nameOf = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;

/** The rows of a page: a route, and who may call it. */
const rowsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^\| `([A-Z]+ [^`?]+)(?:[^|\\]|\\.)*\| ([^|]*) \|/gm)].map(
    ([, route, caller]) => ({ route, caller }),
  );

describe.each(['docs/en/routes.md', 'docs/zh/routes.md'])('%s', (page) => {
  let routes: { route: string; scope?: string }[];
  beforeAll(async () => {
    const { paths } = await everyRoute();
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, { responses: Record<string, { description?: string }> }>).map(
        ([method, { responses }]) => ({
          route: nameOf(method, path),
          scope: /lacks the scope ([\w:-]+)/.exec(responses[403]?.description ?? '')?.[1],
        }),
      ),
    );
  });

  it('lists the routes of the OpenAPI document', () => {
    expect(routes.length).toBeGreaterThan(30);
    const listed = rowsOf(page).map(({ route }) => route);
    expect(listed.sort()).toEqual(routes.map(({ route }) => route).sort());
  });

  // The copy by hand that a route with the wrong scope does not get past.
  it('names the scope that each of them requires', () => {
    const required = routes.filter(({ scope }) => scope !== undefined);
    expect(required.length).toBeGreaterThan(50);
    const named = rowsOf(page).filter(({ caller }) => /^`[\w-]+:[\w-]+`/.test(caller));
    expect(named.map(({ route, caller }) => `${route} ${caller}`).sort()).toEqual(
      required.map(({ route, scope }) => `${route} \`${scope}\``).sort(),
    );
  });
});
