import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Meter, metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Whether Prometheus' own tool is there, which evaluates rules. */
export const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

/** A line of the text format: name with labels, and value. */
const SAMPLE = /^(\w+(?:\{.*\})?) (\S+)$/;

/** What Prometheus would have stored, one sample a minute, from an application that starts after this. */
export class Prometheus {
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly meters = new MeterProvider({ readers: [this.exporter] });
  private readonly series = new Map<string, string[]>();
  private readonly names = new Set<string>();
  private minutes = 0;

  constructor() {
    const { meters, names } = this;
    metrics.setGlobalMeterProvider({
      getMeter: (scope: string) => noting(meters.getMeter(scope), names),
    });
  }

  /** The instruments that were made, whether they have values or not. */
  instruments(): string[] {
    return [...this.names];
  }

  async text(): Promise<string> {
    const { resourceMetrics } = await this.exporter.collect();
    return new PrometheusSerializer().serialize(resourceMetrics);
  }

  /** Scrapes once, and takes the samples for so many minutes. */
  async minutesPass(count: number): Promise<void> {
    const samples = new Map<string, string>();
    for (const line of (await this.text()).split('\n')) {
      const [, name, value] = SAMPLE.exec(line) ?? [];
      if (name && !line.startsWith('#')) samples.set(name, value);
    }
    for (const name of samples.keys())
      if (!this.series.has(name)) this.series.set(name, Array(this.minutes).fill('_'));
    for (const [name, values] of this.series) values.push(...Array(count).fill(samples.get(name) ?? '_'));
    this.minutes += count;
  }

  /** The alerts of the rules that fire now, by Prometheus' own evaluation. */
  firing(rules: string): string[] {
    const test = {
      interval: '1m',
      input_series: [...this.series].map(([series, values]) => ({ series, values: values.join(' ') })),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: `${this.minutes - 1}m`,
          // Never so: promtool says then what there was instead.
          exp_samples: [{ labels: '{alertname="none of ours"}', value: 1 }],
        },
      ],
    };
    const folder = mkdtempSync(join(tmpdir(), 'promtool-'));
    try {
      const file = join(folder, 'test.json');
      // JSON is YAML.
      const all = { rule_files: [resolve(rules)], evaluation_interval: '1m', tests: [test] };
      writeFileSync(file, JSON.stringify(all));
      const { stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
      const got = /^\s*got: (.*)$/m.exec(stdout + stderr)?.[1];
      if (got === undefined) throw new Error(`promtool: ${stdout}${stderr}`);
      return [...got.matchAll(/alertname="(\w+)"/g)].map(([, alert]) => alert);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await this.meters.shutdown();
    metrics.disable();
  }
}

/** Keeps the names of the instruments that a meter makes. */
function noting(meter: Meter, names: Set<string>): Meter {
  return new Proxy(meter, {
    get(target, method) {
      const make = Reflect.get(target, method);
      if (typeof make !== 'function') return make;
      return (name: string, ...more: unknown[]) => {
        if (String(method).startsWith('create')) names.add(name);
        return make.call(target, name, ...more);
      };
    },
  });
}
