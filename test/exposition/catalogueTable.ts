import {
  type CatalogueEntry,
  CYCLE_METRICS,
  EXPORTER_METRICS,
  FLEET_METRICS,
  TRUTH_METRICS,
} from '../../src/exposition/catalogue.js';

/** The catalogue as a Markdown table, one row per metric; docs/metrics.md holds it between its markers. */
export function renderCatalogueTable(): string {
  const rows = [...CYCLE_METRICS, ...FLEET_METRICS, ...TRUTH_METRICS, ...EXPORTER_METRICS].map(renderRow);
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function renderRow(entry: CatalogueEntry): string {
  const labels = entry.labels.length === 0 ? '–' : entry.labels.join(', ');
  return `| \`${entry.name}\` | ${entry.type} | ${labels} | ${entry.help} |`;
}
