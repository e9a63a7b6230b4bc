import type { CatalogueEntry } from '../../src/exposition/catalogue/entry.js';
import { ALL_METRICS } from './allMetrics.js';

/** The catalogue as a Markdown table, one row per metric; docs/metrics.md holds it between its markers. */
export function renderCatalogueTable(): string {
  const rows = ALL_METRICS.map(renderRow);
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function renderRow(entry: CatalogueEntry): string {
  const labels = entry.labels.length === 0 ? '–' : entry.labels.join(', ');
  return `| \`${entry.name}\` | ${entry.type} | ${labels} | ${entry.help} |`;
}
