/** The frame that all pages share. */
import { type Html, html, trustedHtml } from './html.js';
import { SCRIPT } from './script.js';
import { STYLES } from './styles.js';

export interface PageFrame {
  readonly title: string;
  /** The link of the navigation that this page is. */
  readonly section?: Section;
  /** Stands at the right end of the header. */
  readonly status?: Html;
  readonly footer?: Html;
  /** The page asks for itself again after so many seconds; undefined = never. */
  readonly refreshSeconds?: number | undefined;
}

const ICON_PATHS = `<path d="M3 24 L12 17" stroke-width="3"/><path d="M12 17 L28 5 L28 21 Z" fill-opacity=".3" stroke="none"/><path d="M12 17 L28 13" stroke-width="3"/>`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 31 29" fill="#2f55c8" stroke="#2f55c8" stroke-linecap="round">${ICON_PATHS}</svg>`,
)}`;

const BRAND = trustedHtml(
  `<svg viewBox="0 0 31 29" fill="currentColor" stroke="currentColor" stroke-linecap="round" aria-hidden="true">${ICON_PATHS}</svg>`,
);

const SECTIONS = {
  '/': 'Fleet',
  '/trust': 'Trust',
  '/model': 'Model',
  '/activity': 'Activity',
  '/configuration': 'Configuration',
  '/metrics': 'Metrics',
} as const;
type Section = keyof typeof SECTIONS;

export function renderLayout({ title, section, status, footer, refreshSeconds }: PageFrame, main: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshSeconds === undefined ? undefined : html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`}
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style>${trustedHtml(STYLES)}</style>
</head>
<body data-refresh="${refreshSeconds ?? 0}">
<a class="skip" href="#main">Skip to the content</a>
<header><div class="wrap">
<a class="brand" href="/">${BRAND}<span>linborg</span></a>
<nav aria-label="Main">${Object.entries(SECTIONS).map(([path, words]) => (path === section ? html`<a href="${path}" aria-current="page">${words}</a>` : html`<a href="${path}">${words}</a>`))}</nav>
${status}
</div></header>
<main id="main" class="wrap">${main}</main>
<footer class="wrap">${footer}</footer>
<script>${trustedHtml(SCRIPT)}</script>
</body>
</html>
`;
}
