/** The page at `/configuration`: what is in force, as YAML with every default. */
import type { StateView } from '../../exposition/state.js';
import { type Html, html } from './html.js';
import { renderLayout } from './layout.js';
import { renderNotice, renderStatusPill } from './statusPill.js';

/** @param now epoch seconds */
export function renderConfigurationPage(state: StateView, now: number): Html {
  return renderLayout(
    { title: 'Configuration · linborg', section: '/configuration', status: renderStatusPill(state, now) },
    html`${renderNotice(state, now)}
<div class="title"><h1>Configuration in force</h1><a class="small" href="/config">as a file</a></div>
<p class="small muted">With every default filled in. Secrets and the values of environment variables are not shown. A reload that fails leaves it as it is.</p>
<section class="card scroll" role="region" aria-label="Configuration" tabindex="0"><pre class="code">${state.configText()}</pre></section>`,
  );
}
