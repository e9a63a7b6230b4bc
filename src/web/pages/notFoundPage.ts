import type { StateView } from '../../exposition/state.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderNotice, renderStatusPill } from './statusPill.js';

/** Says what was not found, and what the reader may have meant. */
export function renderNotFound(detail: string, closest: readonly string[]): Html {
  const suggestions = closest.map((path) => html`<li><a href="${path}">${decodeURI(path)}</a></li>`);
  return renderLayout(
    { title: 'Not found · linborg' },
    html`<div class="title"><h1>Not found</h1></div>
<p>Sorry, ${detail}.</p>
${closest.length === 0 ? undefined : html`<p>Did you mean:</p><ul>${suggestions}</ul>`}
<p><a href="/">All servers</a> are on the fleet page.</p>`,
  );
}

/** The page of a server while there is no result: nobody can tell whether there is such a server. @param now epoch seconds */
export function renderWithoutResult(server: string, state: StateView, now: number): Html {
  return renderLayout(
    { title: `${server} · linborg`, status: renderStatusPill(state, now) },
    html`${renderNotice(state, now)}
<div class="title"><h1><bdi>${server}</bdi></h1></div>
<p>There is no fresh result to show. With the next cycle that succeeds there is one; <a href="/activity">Activity</a> tells how they go.</p>`,
  );
}
