/** A panel's queries, asked as Grafana's Prometheus data source asks them, as data frames. */
import { type DataFrame, FieldType, type Labels, toDataFrame } from '@grafana/data';
import { secondsOf, type Target } from '../../form.js';
import { type Drawing, type Panel, type Span, spanOf } from './dashboard.js';

/** Grafana asks for about one point per pixel, and for none closer than scrapes are. */
const SCRAPE_SECONDS = 15;

/** @param points  that the panel is wide for */
export async function ask(panel: Panel, drawing: Drawing, points: number): Promise<DataFrame[]> {
  const span = spanOf(panel, drawing);
  const { targets = [] } = panel;
  const answers = await Promise.all(targets.map((target) => askOne(target, drawing, span, points)));
  // Grafana tells the values of several tables apart by the query.
  return targets.length === 1 ? answers.flat() : answers.flat().map(withNamedValue);
}

function withNamedValue(frame: DataFrame): DataFrame {
  if (frame.meta?.preferredVisualisationType !== 'table') return frame;
  const fields = frame.fields.map((field) =>
    field.name === 'Value' ? { ...field, name: `Value #${frame.refId}` } : field,
  );
  return { ...frame, fields };
}

async function askOne(target: Target, drawing: Drawing, span: Span, points: number): Promise<DataFrame[]> {
  const scrape = target.interval === undefined ? SCRAPE_SECONDS : secondsOf(target.interval);
  const step = Math.max(scrape, Math.ceil((span.to - span.from) / points));
  const query = filled(target.expr, {
    ...drawing.variables,
    __rate_interval: `${Math.max(step + scrape, 4 * scrape)}s`,
    __range: `${span.to - span.from}s`,
  });
  if (target.range) {
    const found = await send<Matrix>(drawing, 'query_range', { query, start: span.from, end: span.to, step });
    return found.map((series) => lineOf(target, series, step));
  }
  const time = Math.min(span.to, drawing.now);
  const found = await send<Vector>(drawing, 'query', { query, time });
  return target.format === 'table' ? [tableOf(target, found)] : found.map((series) => pointOf(target, series));
}

/** What marks something over the range of the whole dashboard: values by series, and how far apart they are. */
export async function askMarks({ expr, interval = '60s' }: Target, drawing: Drawing) {
  const { from: start, to: end } = spanOf({}, drawing);
  // Grafana asks for no more points than its window is wide.
  const step = Math.max(secondsOf(interval), Math.ceil((end - start) / window.innerWidth));
  const query = filled(expr, drawing.variables);
  const found = await send<Matrix>(drawing, 'query_range', { query, start, end, step });
  return { step, series: found.map(({ values }) => values) };
}

type Sample = readonly [seconds: number, value: string];
interface Matrix {
  readonly metric: Labels;
  readonly values: readonly Sample[];
}
interface Vector {
  readonly metric: Labels;
  readonly value: Sample;
}

interface Answer<Series> {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: Series[] };
}

async function send<Series>(
  { prometheus }: Drawing,
  door: 'query' | 'query_range',
  parameters: Readonly<Record<string, string | number>>,
): Promise<Series[]> {
  const texts = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await fetch(`${prometheus}/api/v1/${door}`, { method: 'POST', body: new URLSearchParams(texts) });
  const { status, error, data } = (await answer.json()) as Answer<Series>;
  if (status !== 'success') throw new Error(`${error}: ${parameters['query']}`);
  return data.result;
}

function filled(expr: string, variables: Drawing['variables']): string {
  return expr.replaceAll(/\$(\w+)/g, (whole, name: string) => variables[name] ?? whole);
}

function lineOf(target: Target, { metric, values }: Matrix, step: number): DataFrame {
  return toDataFrame({
    refId: target.refId,
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        // Where more than that is missing, the line is broken.
        config: { interval: 1000 * step },
        values: values.map(([seconds]) => 1000 * seconds),
      },
      { ...valueField(target, metric), values: values.map(([, value]) => Number(value)) },
    ],
  });
}

function pointOf(target: Target, { metric, value: [seconds, value] }: Vector): DataFrame {
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: [1000 * seconds] },
      { ...valueField(target, metric), values: [Number(value)] },
    ],
  });
}

function valueField({ legendFormat }: Target, labels: Labels) {
  const name = (legendFormat ?? '').replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
  return { name: 'Value', type: FieldType.number, labels, config: name === '' ? {} : { displayNameFromDS: name } };
}

/** A row for each series, a column for each label. */
function tableOf({ refId }: Target, found: readonly Vector[]): DataFrame {
  const labels = [...new Set(found.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return toDataFrame({
    refId,
    meta: { preferredVisualisationType: 'table' },
    fields: [
      { name: 'Time', type: FieldType.time, values: found.map(({ value: [seconds] }) => 1000 * seconds) },
      ...labels.map((name) => ({ name, type: FieldType.string, values: found.map(({ metric }) => metric[name]) })),
      { name: 'Value', type: FieldType.number, values: found.map(({ value: [, value] }) => Number(value)) },
    ],
  });
}
