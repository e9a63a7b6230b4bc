/** What the pages of reports have in common: one HTML file each that needs nothing from outside and no script. */
import { type Html, html, htmlText, trustedHtml } from '../../../web/pages/html.js';
import { describeMoment } from './figures.js';
import { CONTENT_SECURITY_POLICY, REPORT_STYLES } from './reportStyles.js';

export interface ReportPage {
  readonly title: string;
  /** ISO 8601. */
  readonly created: string;
  /** Links to its sections, where there are many. */
  readonly navigation?: Html;
  readonly main: Html;
  /** What made it, and where the same figures are for programs. */
  readonly footer: Html;
}

/** The text of the page; the same content gives the same text. */
export function renderReportPage({ title, created, navigation, main, footer }: ReportPage): string {
  const skip =
    navigation &&
    html`<a class="skip" href="#main">Skip to the content</a>
`;
  return htmlText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trustedHtml(REPORT_STYLES)}</style>
</head>
<body>
${skip}<header><div class="wrap"><span class="brand">linborg</span>${navigation}<span class="muted small">${describeMoment(created)}</span></div></header>
<main id="main" class="wrap">
${main}
</main>
<footer class="wrap">${footer}</footer>
</body>
</html>
`);
}
