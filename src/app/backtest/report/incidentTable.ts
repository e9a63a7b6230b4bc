/** How tables of alarms are drawn. */
import { describeDuration } from '../../../core/duration.js';
import { type Html, html } from '../../../web/pages/html.js';
import { ABSENT, type Figure, isMeasured } from './figures.js';

/** A span before the onset; after it with a minus. */
export function describeLead(seconds: Figure): string {
  if (!isMeasured(seconds)) return ABSENT;
  return `${seconds < 0 ? '−' : ''}${describeDuration(Math.abs(seconds))}`;
}

/** Columns after the first that belong together. */
export interface ColumnGroup {
  readonly title: string;
  readonly columns: number;
}

/** A table whose first column names its rows. @param groups  a row above the header, over all columns but the first */
export function renderTable(
  label: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  groups: readonly ColumnGroup[] = [],
): Html {
  const above =
    groups.length > 0 &&
    html`<tr class="groups"><td></td>${groups.map(({ title, columns }) => html`<th scope="colgroup" colspan="${columns}">${title}</th>`)}</tr>`;
  return html`<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
<thead>${above || undefined}<tr>${header.map((title, i) => (i === 0 ? html`<th scope="col">${title}</th>` : html`<th scope="col" class="number">${title}</th>`))}</tr></thead>
<tbody>${rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td class="number nowrap">${cell}</td>`)}</tr>`)}</tbody>
</table></div></div>`;
}
