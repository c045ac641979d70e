import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

let exporter: PrometheusExporter | undefined;

/**
 * Collects the metrics of this process, once. Before the application is created: the library asks for its
 * instruments when it starts.
 */
export function collectMetrics(): PrometheusExporter {
  if (exporter) return exporter;
  // It would listen on a port of its own; here the application serves it.
  exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
  return exporter;
}
