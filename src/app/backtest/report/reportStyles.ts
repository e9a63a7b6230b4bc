/** What the report adds to the style sheet of the pages. */
import { createHash } from 'node:crypto';
import { STYLES } from '../../../web/pages/styles.js';

export const REPORT_STYLES = `${STYLES}
:root { --served: #2f55c8; --model: #0b8a8f; --yardstick: #9a3fb5; --best: #c2570c; --other: #8b96a5; --sheet: var(--card); }
@media (prefers-color-scheme: dark) { :root { --served: #8eaaff; --model: #4fc9c4; --yardstick: #d68bec; --best: #f59a51; --other: #78869a; } }
.answer { font-size: 20px; line-height: 1.4; font-weight: 550; letter-spacing: -.01em; margin: 0 0 18px; max-width: 62em; }
.findings { margin: 0 0 8px; padding-left: 20px; max-width: 75em; } .findings li { margin: 4px 0; }
section { margin-top: 36px; scroll-margin-top: 12px; }
section > h2 { font-size: 20px; margin: 0 0 12px; padding-top: 4px; overflow-wrap: anywhere; }
h2 .small, h3 .small, figcaption .small { font-weight: 450; letter-spacing: 0; }
h3 { font-size: 16px; margin: 28px 0 10px; }
.measured { padding: 14px 18px; margin-top: 16px; } .measured h3 { margin-top: 18px; }
.about { display: grid; grid-template-columns: 130px minmax(0, 1fr); gap: 6px 18px; margin: 0; font-size: 14px; }
.about dt { color: var(--muted); } .about dd { margin: 0; overflow-wrap: anywhere; max-width: 75em; }
code { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
td:first-child { min-width: 0; } td, tbody th { padding-top: 7px; padding-bottom: 7px; }
tbody th { padding-left: 18px; border-bottom: 1px solid var(--line); white-space: nowrap; overflow-wrap: normal; }
thead th, thead th.number { white-space: normal; vertical-align: bottom; line-height: 1.3; } .nowrap { white-space: nowrap; }
tr.other th { font-weight: 450; }
.charts { margin-top: 16px; } .spaced { margin-top: 16px; } figure { margin: 0; } .chart figcaption { line-height: 1.35; }
.chart.spaced svg { max-width: 600px; } .card > .scroll { border-radius: 12px; }
.served { --look: var(--served); } .model { --look: var(--model); } .yardstick { --look: var(--yardstick); }
.best { --look: var(--best); } .other { --look: var(--other); }
.won { --look: var(--green-fill); } .lost { --look: var(--red-fill); } .even { --look: var(--gray-fill); }
.swatch { display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--look); margin-right: 8px; }
svg .mark { fill: var(--look); } svg .whisker { stroke: var(--look); stroke-width: 2; opacity: .75; }
svg .ring { fill: var(--card); stroke: var(--best); stroke-width: 2; } svg .link { stroke: var(--look); stroke-width: 2; opacity: .4; }
svg .line { fill: none; stroke: var(--look); stroke-width: 1.3; stroke-linejoin: round; stroke-linecap: round; }
svg .served .line { stroke-width: 2.6; } svg .model .line, svg .yardstick .line, svg .best .line { stroke-width: 1.9; }
svg .leader { stroke: var(--look); stroke-width: .8; opacity: .5; }
svg text.end { fill: var(--look); } svg .served text.end, svg .best text.end { font-weight: 650; } svg .other text.end { fill: var(--muted); }
svg text.row-name, svg text.row-value { fill: var(--text); font-variant-numeric: tabular-nums; white-space: pre; }
svg .reference { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 4 3; }
svg .target { fill: var(--green-fill); opacity: .16; }
svg .bar { opacity: .85; }
svg .naive { fill: none; stroke: var(--best); stroke-width: 1.4; stroke-linejoin: round; stroke-linecap: round; }
.key { width: 26px; height: 12px; margin-right: 7px; vertical-align: -1px; } .keys-row { margin-top: 28px; }
.drawn { list-style: none; margin: 0; padding: 0; display: grid; gap: 12px; }
.drawn > li { padding: 10px 14px 8px; min-width: 0; }
.series-head { display: flex; flex-wrap: wrap; gap: 0 16px; justify-content: space-between; overflow-wrap: anywhere; }
.series-figures { font-variant-numeric: tabular-nums; }
.triple { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 4px 14px; }
.triple svg { width: 100%; height: auto; display: block; margin-top: 4px; }
.triple figcaption { font-size: 12.5px; color: var(--muted); padding-left: 40px; }
.scores { list-style: none; padding: 0; margin: 8px 0; } .scores li { margin: 3px 0; }
.groups th { border-bottom: 0; padding-bottom: 0; } .groups th + th { border-left: 1px solid var(--line); } .groups td { border-bottom: 0; }
.subject { margin-top: 14px; } .subject > summary { padding: 4px 0; } .subject > summary > h3 { display: inline; } .subject[open] { margin-bottom: 34px; }
.chart svg.loss { max-width: 600px; }
@media (max-width: 900px) { .triple { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) {
  .answer { font-size: 18px; } .about { grid-template-columns: minmax(0, 1fr); gap: 0; } .about dd { margin-bottom: 8px; }
  .chart svg text { font-size: 12.5px; } .chart svg text.end { font-size: 11px; } tbody th { white-space: normal; } td.small, thead th, thead th.number { white-space: nowrap; } td.reason { white-space: normal; }
  tbody th, thead th:first-child { position: sticky; left: 0; background: var(--card); min-width: 168px; max-width: 46vw; overflow-wrap: break-word; }
}
@media print {
  @page { margin: 12mm; }
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --line: #d5dbe3; --text: #17202e; --muted: #4b5666; --track: #e8ecf2; --band: #2f55c8; --hover: #f4f6fb;
    --green: #1b7f4d; --red: #c0271d; --green-soft: #e3f4ea; --red-soft: #fce5e3; --gray-soft: #e9edf2; --accent: #2f55c8; --gray: #566173;
    --served: #2f55c8; --model: #0b8a8f; --yardstick: #9a3fb5; --best: #c2570c; --other: #8b96a5; --shadow: none;
  }
  body, .small { font-size: 11.5px; } body { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wrap { max-width: none; padding: 0; } nav, .skip { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .card, .chart, .drawn > li, tr, .answer { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .charts { grid-template-columns: 1fr 1fr; } .scroll { overflow: visible; } 
  table, thead th, tbody th, td .small, td.small, tbody th .small { font-size: 10px; } .reason { min-width: 0; }
  td, th, tbody th, td:first-child, th:first-child, td:last-child, th:last-child { padding: 3px 5px; }
  .measured .about, .findings { font-size: 12px; } .cards { grid-template-columns: repeat(4, 1fr); gap: 8px; } .cards .card { padding: 8px 10px; } .figure { font-size: 20px; }
  .answer { font-size: 16px; } section { margin-top: 20px; } .triple { grid-template-columns: repeat(3, minmax(0, 1fr)); }
}
`;

/** Nothing active and nothing from outside: an escaping mistake could not load or run anything. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(REPORT_STYLES).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
