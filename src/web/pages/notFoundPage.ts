import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';

/** Says what was not found, and what the reader may have meant. */
export function renderNotFound(detail: string, closest: readonly string[]): Html {
  const suggestions = closest.map((path) => html`<li><a href="${path}">${path}</a></li>`);
  return renderLayout(
    { title: 'Not found · linborg' },
    html`<div class="title"><h1>Not found</h1></div>
<p>Sorry, ${detail}.</p>
${closest.length === 0 ? undefined : html`<p>Did you mean:</p><ul>${suggestions}</ul>`}
<p><a href="/">All servers</a> are on the fleet page.</p>`,
  );
}
