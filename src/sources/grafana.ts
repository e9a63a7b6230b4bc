/** A Prometheus that is reached through Grafana's data-source proxy: its address and its graph page. */
import { z } from 'zod';

export const grafanaOptions = z.strictObject({
  /** As in the address of the data source's page: Grafana takes letters, digits, dashes and underscores. */
  datasource_uid: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,40}$/, 'expected the uid of a data source, as in the address of its page in Grafana'),
});

/** What is needed of a source's options to find the API. */
export interface Address {
  readonly url: string;
  readonly grafana?: z.output<typeof grafanaOptions> | undefined;
  /** Where a browser reaches what `url` leads to; undefined = at the same address. */
  readonly external_url?: string | undefined;
}

/** Where the API is expected, without `/api/v1`. */
export function apiUrl({ url, grafana }: Address): string {
  return grafana === undefined ? url : `${url}/api/datasources/proxy/uid/${grafana.datasource_uid}`;
}

/** Where a person looks at an expression: Prometheus' own graph, or Explore in Grafana. */
export function graphPage({ url, external_url, grafana }: Address, expr: string): string {
  const base = external_url ?? url;
  if (grafana === undefined) return `${base}/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1`;
  const datasource = grafana.datasource_uid;
  const queries = [{ refId: 'A', expr, datasource: { type: 'prometheus', uid: datasource } }];
  const panes = { linborg: { datasource, queries, range: { from: 'now-1h', to: 'now' } } };
  return `${base}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
}
