import { readFileSync } from 'node:fs';
import { LANGUAGES } from '../../docs/languages.js';
import { createTestApp } from '../support/create-test-app.js';
import { Prometheus } from '../support/prometheus.js';

/** Metric → its attributes, as the table of a page has them. */
function tableOf(page: string): Record<string, string[]> {
  const rows = readFileSync(page, 'utf8').matchAll(/^\| `(weixin\.[\w.]+)` \| [^|]+\|([^|]*)\|/gm);
  return Object.fromEntries(
    [...rows].map(([, metric, attributes]) => [
      metric,
      [...attributes.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    ]),
  );
}

describe('the metrics of the pages', () => {
  it.each(LANGUAGES)('are those that there are (%s)', async (language) => {
    const prometheus = new Prometheus();
    const host = await createTestApp();
    const made = prometheus.instruments().sort();
    await host.close();
    await prometheus.close();
    expect(made.length).toBeGreaterThan(10);
    expect(Object.keys(tableOf(`docs/${language}/observability.md`)).sort()).toEqual(made);
  });

  it('have the same attributes in both languages', () => {
    expect(tableOf('docs/zh/observability.md')).toEqual(tableOf('docs/en/observability.md'));
  });
});
