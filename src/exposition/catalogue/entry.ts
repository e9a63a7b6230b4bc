/** A metric of linborg: what /metrics, the table in docs/metrics.md and the tests are made from. */
export interface CatalogueEntry {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** Meaning, range, and when the series is absent. No quotes, backslashes or line feeds. */
  readonly help: string;
  readonly labels: readonly string[];
}
