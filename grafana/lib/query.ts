/** PromQL queries as panels send them. */
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** Whichever Prometheus the reader chooses at the top of the dashboard. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

export type Query = DataqueryBuilder;

/** A line for each series over the panel's time range. */
export function overTime(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE).expr(expr).legendFormat(legend).range();
}

/** The same of what happens once in a cycle, which is longer than the interval between scrapes: rates reach over several. */
export function ofCycles(expr: string, legend: string): DataqueryBuilder {
  return overTime(expr, legend).interval('1m');
}

/** The value of each series at the end of the panel's time range. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE).expr(expr).legendFormat(legend).instant();
}

/** A table row for each series at the end of the panel's time range, a column for each label. */
export function rows(expr: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE).expr(expr).format(PromQueryFormat.Table).instant();
}

/**
 * The seven highest at the end of the range, over all of it: `topk` alone chooses anew at each of its points, and lines come and go.
 * @param expr  given what follows each of its selectors
 */
export function leaders(expr: (at: string) => string): string {
  return `${expr('')} and topk(7, ${expr(' @ end()')})`;
}
