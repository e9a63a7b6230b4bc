import type { RiskColor } from '../../core/flow.js';
import { type Html, html } from './html.js';
import { coordinate } from './plot.js';

/** A bar that is filled by `ratio`, 0–1; decoration beside a number. */
export function renderBar(ratio: number, fill: RiskColor | 'accent'): Html {
  const width = coordinate(100 * Math.min(1, Math.max(0, ratio)));
  return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8" rx="4"/><rect class="fill-${fill}" width="${width}" height="8" rx="4"/></svg>`;
}
