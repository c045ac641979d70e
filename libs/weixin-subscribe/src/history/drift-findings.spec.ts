import { GRANT_RULES } from '../account/account.options.js';
import { DRIFT_KINDS, type DriftKind, type TemplateDrift } from './drift.types.js';
import { findingsOf } from './drift-findings.js';

const thresholds = { minMessages: 1, refusedRate: 0.05, mistakeRate: 0.01 };

/** A template that shows these rates, of 1,000 messages. */
function template(rates: Partial<Record<DriftKind, number>>): TemplateDrift {
  const drift = Object.fromEntries(
    DRIFT_KINDS.map((kind) => [
      kind,
      { count: (rates[kind] ?? 0) * 1000, unproven: 0, rate: rates[kind] ?? 0 },
    ]),
  );
  return {
    templateId: 'T1',
    settled: 1000,
    answered: 1000,
    unproven: { count: 0, unproven: 0, rate: 0 },
    drift: drift as TemplateDrift['drift'],
    refusedWith: [],
  };
}

describe.each(GRANT_RULES)('findings under the rule "%s"', (rule) => {
  it.each(DRIFT_KINDS)('say of "%s" what was seen and what to do, in English and Chinese', (kind) => {
    const [finding] = findingsOf([template({ [kind]: 0.125 })], rule, thresholds);
    expect(finding).toMatchObject({ kind, templateId: 'T1', count: 125, rate: 0.125 });
    expect(finding.says.en).toMatch(/^125 of 1000 messages \(12\.5 %\) .+\.$/);
    expect(finding.says.zh).toMatch(/^1000 条消息中有 125 条（12\.5 %）.+。$/);
    expect(finding.remedy.en).toMatch(/^[A-Z].+\.$/);
    expect(finding.remedy.zh).toMatch(/[一-鿿].+。$/);
  });
});

it('say how many rest on openids that are not proven, where there are any', () => {
  const of = template({ refused: 0.1 });
  of.drift.refused.unproven = 60;
  const [{ says, unproven }] = findingsOf([of], 'set', thresholds);
  expect(unproven).toBe(60);
  expect(says.en).toMatch(/why\. 60 of them rest on openids that are not proven\.$/);
  expect(says.zh).toMatch(/。其中 60 条的 openid 未经证明。$/);
});

it('are in the order of their rates, and begin at their thresholds', () => {
  const rates = { refused: 0.05, 'openid-unusable': 0.3, 'unknown-was-sent': 0.01, 'one-per-scene': 0.0099 };
  const kinds = findingsOf([template(rates)], 'set', thresholds).map(({ kind }) => kind);
  expect(kinds).toEqual(['openid-unusable', 'refused', 'unknown-was-sent']);
});

it('are none where nothing was met, also with a threshold of 0', () => {
  expect(findingsOf([template({})], 'set', { ...thresholds, refusedRate: 0, mistakeRate: 0 })).toEqual([]);
});
