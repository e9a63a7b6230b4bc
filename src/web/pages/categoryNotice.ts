/** A line per category whose last hour was out of what had been forecast. */
import type { CategoryState } from '../../core/category.js';
import { type Html, html } from './html.js';
import { describeRatio } from './words.js';

const CATEGORY_WORDS: Readonly<Record<CategoryState['category'], string>> = {
  api: 'Services',
  infrastructure: 'Servers',
  ai_engine: 'linborg itself',
};

/** Nothing while no category is anomalous. */
export function renderCategories(categories: readonly CategoryState[]): Html | undefined {
  const anomalous = categories.filter(({ severity }) => severity !== undefined);
  if (anomalous.length === 0) return undefined;
  return html`<section class="card" aria-label="Anomalies">
${anomalous.map(renderLine)}</section>`;
}

function renderLine({ category, severity, confidence, outlying, judged, recommendedAction }: CategoryState): Html {
  return html`<p><strong>${CATEGORY_WORDS[category]}: anomaly, ${severity ?? ''}</strong> (${outlying} of ${judged} out of what was forecast for the last hour, confidence ${describeRatio(confidence)}). ${recommendedAction}.</p>\n`;
}
