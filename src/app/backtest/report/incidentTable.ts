/** How tables of alarms are drawn. */
import { describeDuration } from '../../../core/duration.js';
import { type Html, html } from '../../../web/pages/html.js';
import { ABSENT, type Figure, isMeasured } from './figures.js';

/** A span before the onset; after it with a minus. */
export function describeLead(seconds: Figure): string {
  if (!isMeasured(seconds)) return ABSENT;
  return `${seconds < 0 ? '−' : ''}${describeDuration(Math.abs(seconds))}`;
}

/** A table whose first column names its rows. */
export function renderTable(label: string, header: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
<thead><tr>${header.map((title, i) => (i === 0 ? html`<th scope="col">${title}</th>` : html`<th scope="col" class="number">${title}</th>`))}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td class="number nowrap">${cell}</td>`)}</tr>`)}</tbody>
</table></div></div>`;
}
