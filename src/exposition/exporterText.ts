/**
 * prom-client's metrics as text in either format. Its own renderer is not used: in OpenMetrics it renames the counters
 * for good, so that a later scrape in the older format loses their `_total`.
 */
import type { ExporterMetrics } from './exporterMetrics.js';
import { escapeLabelValue, formatValue } from './seriesText.js';

/** `prometheus` is the text format 0.0.4, `openmetrics` is OpenMetrics 1.0.0. */
export type TextFormat = 'prometheus' | 'openmetrics';

type Family = Awaited<ReturnType<ExporterMetrics['collect']>>[number];
type Sample = Family['values'][number] & { readonly metricName?: string };

/** The families of the exporter itself; families without a sample are left out. */
export async function renderExporterText(metrics: ExporterMetrics, format: TextFormat): Promise<string> {
  const families = await metrics.collect();
  const text = families
    .filter((family) => family.values.length > 0)
    .map((family) => renderFamily(family, format))
    .join('');
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function renderFamily(family: Family, format: TextFormat): string {
  // prom-client's types say an enumeration of numbers; the values are these words.
  const type = String(family.type);
  // OpenMetrics names the family of a counter without the suffix of its samples.
  const name = format === 'openmetrics' && type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
  const lines = family.values.map((sample: Sample) => {
    const value = formatValue(sample.value);
    return `${sample.metricName ?? family.name}${renderLabels(sample.labels, format)} ${value}\n`;
  });
  return `# HELP ${name} ${escapeHelp(family.help, format)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function renderLabels(labels: Sample['labels'], format: TextFormat): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = name === 'le' && format === 'openmetrics' ? canonicalBound(value!) : String(value);
    return `${name}="${escapeLabelValue(text)}"`;
  });
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** OpenMetrics writes the bounds of buckets as floating-point numbers: 1.0, not 1. */
function canonicalBound(bound: string | number): string {
  return Number.isInteger(Number(bound)) ? Number(bound).toFixed(1) : String(bound);
}

function escapeHelp(help: string, format: TextFormat): string {
  const text = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return format === 'openmetrics' ? text.replace(/"/g, '\\"') : text;
}
