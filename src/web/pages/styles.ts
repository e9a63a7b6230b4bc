/** The one style sheet of all pages; its hash stands in the Content-Security-Policy. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --card: #ffffff; --line: #e1e6ed; --text: #17202e; --muted: #566173; --accent: #2f55c8;
  --track: #e8ecf2; --band: #2f55c8; --hover: #f0f4fb;
  --green: #156239; --yellow: #8a5a00; --red: #c0271d; --gray: #566173;
  --green-fill: #34a56f; --yellow-fill: #e3a008; --red-fill: #dc4438; --gray-fill: #b3bcc9;
  --green-soft: #e3f4ea; --yellow-soft: #fdf2d5; --red-soft: #fce5e3; --gray-soft: #e9edf2;
  --shadow: 0 1px 2px rgba(23, 32, 46, .06), 0 1px 6px rgba(23, 32, 46, .04);
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0e131a; --card: #161d27; --line: #263140; --text: #e5eaf1; --muted: #9aa7b8; --accent: #8eaaff;
    --track: #253040; --band: #8eaaff; --hover: #1b2431;
    --green: #57cc95; --yellow: #f0bf4c; --red: #ff8a80; --gray: #9aa7b8;
    --green-fill: #3aa874; --yellow-fill: #d9a21b; --red-fill: #e2574c; --gray-fill: #5a6677;
    --green-soft: #14321f; --yellow-soft: #35290c; --red-soft: #3d1a18; --gray-soft: #222c39;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
a { color: var(--accent); text-decoration: none; }
a:hover, p a, footer a { text-decoration: underline; }
a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 8px; background: var(--card); padding: 6px 12px; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
.wrap { max-width: 1280px; margin: 0 auto; padding: 0 24px; }
header .wrap { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 24px; min-height: 60px; padding-top: 8px; padding-bottom: 8px; }
.brand { display: flex; align-items: center; gap: 10px; font-weight: 650; font-size: 18px; letter-spacing: -.01em; color: var(--text); }
.brand:hover { text-decoration: none; }
.brand svg { width: 28px; height: 28px; color: var(--accent); }
nav { display: flex; gap: 18px; flex: 1; font-size: 14px; }
main.wrap { padding-top: 24px; padding-bottom: 32px; }
footer.wrap { color: var(--muted); font-size: 13px; padding-bottom: 32px; }
h1, h2, main p, main li { overflow-wrap: anywhere; }
h1 { font-size: 24px; line-height: 1.25; margin: 0; letter-spacing: -.015em; }
h2 { font-size: 16px; margin: 0; letter-spacing: -.005em; }
.muted { color: var(--muted); }
.small { font-size: 13px; }
.pill { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 12.5px; font-weight: 550; white-space: nowrap; background: var(--gray-soft); color: var(--gray); }
.pill.green { background: var(--green-soft); color: var(--green); }
.pill.yellow { background: var(--yellow-soft); color: var(--yellow); }
.pill.red { background: var(--red-soft); color: var(--red); }
.notice { background: var(--yellow-soft); color: var(--text); border: 1px solid var(--yellow-fill); border-radius: 10px; padding: 12px 16px; margin-bottom: 20px; overflow-wrap: anywhere; } .notice p { margin: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 16px; margin-bottom: 20px; }
.cards .card { padding: 16px 18px; display: flex; flex-direction: column; }
.cards h2 { font-size: 13px; font-weight: 550; color: var(--muted); }
.figure { font-size: 28px; font-weight: 650; line-height: 1.3; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.figure small { font-size: 14px; font-weight: 450; color: var(--muted); letter-spacing: 0; }
.figure.word { font-size: 20px; line-height: 1.87; overflow-wrap: anywhere; }
.stack { width: 100%; height: 8px; border-radius: 4px; margin: 6px 0 8px; display: block; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding: 0; list-style: none; font-size: 13px; color: var(--muted); }
.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 6px; background: var(--gray-fill); }
.dot.green { background: var(--green-fill); } .dot.yellow { background: var(--yellow-fill); } .dot.red { background: var(--red-fill); }
.pairs { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1px 14px; margin: 6px 0 0; font-size: 13px; }
.pairs dt { color: var(--muted); overflow-wrap: anywhere; } .pairs dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
.bar-head { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 16px; padding: 14px 18px; border-bottom: 1px solid var(--line); }
.filters { display: flex; gap: 4px; flex: 1; flex-wrap: wrap; }
.filters a { padding: 3px 11px; border-radius: 999px; font-size: 13px; color: var(--muted); border: 1px solid transparent; }
.filters a:hover { background: var(--hover); text-decoration: none; }
.filters a[aria-current] { background: var(--hover); border-color: var(--line); color: var(--text); font-weight: 550; }
form { display: flex; gap: 8px; }
input[type=search] { font: inherit; font-size: 14px; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 5px 10px; width: 210px; }
button { font: inherit; font-size: 14px; color: var(--text); background: var(--hover); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; cursor: pointer; }
.scroll { position: relative; overflow-x: auto; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; font-size: 12.5px; font-weight: 550; color: var(--muted); padding: 9px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: 9px 12px; border-bottom: 1px solid var(--line); vertical-align: middle; }
th:first-child, td:first-child { padding-left: 18px; } th:last-child, td:last-child { padding-right: 18px; }
tbody tr:last-child > * { border-bottom: 0; }
thead th a { color: inherit; }
th .small { font-weight: 400; }
tbody th { color: var(--text); font-size: 14px; font-weight: 600; white-space: normal; overflow-wrap: anywhere; min-width: 20ch; } tbody th.one-line { white-space: nowrap; }
.fleet th[scope=row] { min-width: 224px; }
tbody tr:hover { background: var(--hover); }
td .small { line-height: 1.35; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.one-line { white-space: nowrap; }
.risk { display: flex; align-items: center; gap: 10px; font-variant-numeric: tabular-nums; font-weight: 650; }
.risk b { width: 30px; text-align: right; }
.risk svg { width: 74px; height: 8px; flex: none; }
.red-text { color: var(--red); } .yellow-text { color: var(--yellow); } .green-text { color: var(--green); } .gray-text { color: var(--muted); }
.reason { min-width: 200px; max-width: 380px; }
.spark { width: 150px; height: 34px; display: block; }
.empty { padding: 36px 18px; text-align: center; color: var(--muted); }
.pages { display: flex; justify-content: space-between; padding: 12px 18px; border-top: 1px solid var(--line); font-size: 13px; color: var(--muted); }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; margin: 4px 0 20px; }
.crumbs { margin: 0; font-size: 13px; }
.lead { margin: -8px 0 20px; font-size: 16px; max-width: 75ch; }
.outlook { padding: 16px 18px; margin-bottom: 20px; } .outlook h1 { font-size: 20px; }
.outlook ol { margin: 10px 0 0; padding: 0; list-style: none; } .outlook > p { margin: 8px 0 0; }
.outlook li { display: grid; grid-template-columns: 130px minmax(130px, 220px) 1fr; gap: 2px 18px; padding: 7px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.outlook li a { font-weight: 600; }
nav a[aria-current] { color: var(--text); font-weight: 600; text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 5px; }
tbody td p, .chart p { margin: 0; } .chart p { padding: 0 0 6px; }
.reasons { margin: 8px 0 0; padding: 0; list-style: none; font-size: 14px; }
.reasons li { display: grid; grid-template-columns: 46px 90px 1fr; align-items: center; gap: 12px; padding: 5px 0; }
.reasons b { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.reasons svg { width: 90px; height: 8px; }
.wide { grid-column: span 2; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); gap: 16px; }
.chart { padding: 14px 16px 8px; }
.chart-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; }
.chart-head .now { margin-left: auto; font-variant-numeric: tabular-nums; }
.chart svg { width: 100%; height: auto; display: block; margin-top: 6px; }
.keys { display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13px; color: var(--muted); margin: 28px 0 12px; align-items: center; }
.keys svg { width: 26px; height: 12px; margin-right: 7px; vertical-align: -1px; }
.keys h2 { color: var(--text); margin-right: 4px; }
.trust { margin-bottom: 20px; } .trust + .card { margin-bottom: 20px; }
.trust .empty { padding: 18px; text-align: left; margin: 0; }
.why { margin-top: 20px; } .why .empty { padding: 18px; text-align: left; margin: 0; }
.end { margin-left: auto; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px 20px; margin: 0; padding: 14px 18px; }
.facts dt { font-size: 13px; color: var(--muted); } .facts dd { margin: 0; line-height: 1.35; overflow-wrap: anywhere; }
.facts b { display: block; font-size: 20px; font-weight: 650; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
.note { margin: 0; padding: 10px 18px 14px; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--muted); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .nowline { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
svg .ahead { fill: var(--hover); }
svg .past, svg .median { fill: none; stroke: var(--text); stroke-width: 1.4; stroke-linejoin: round; stroke-linecap: round; }
svg .median { stroke: var(--band); stroke-width: 2; }
svg .band { fill: var(--band); opacity: .2; }
svg .threshold { stroke: var(--red-fill); stroke-width: 1.3; stroke-dasharray: 6 4; }
svg text.threshold-label { fill: var(--red); }
svg .track { fill: var(--track); }
svg .fill-green { fill: var(--green-fill); } svg .fill-yellow { fill: var(--yellow-fill); } svg .fill-red { fill: var(--red-fill); } svg .fill-gray { fill: var(--gray-fill); } svg .fill-accent { fill: var(--band); }
svg .cross { fill: none; stroke: var(--text); stroke-width: 1; pointer-events: none; } [role=slider] { cursor: crosshair; touch-action: pan-y; }
.reading { display: block; margin-top: 4px; font-variant-numeric: tabular-nums; } [role=slider] + .reading { min-height: 1.5em; }
svg .probe { fill: transparent; } svg .probe:hover { fill: var(--band); opacity: .12; }
pre { white-space: pre-wrap; }
.code { margin: 0; padding: 14px 18px; font: 13px/1.55 ui-monospace, "DejaVu Sans Mono", monospace; }
code { font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.verdicts { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 8px 28px; padding: 14px 18px 6px; }
.verdicts h3 { font-size: 14px; margin: 0; } .verdicts p { margin: 0 0 6px; } .verdicts svg { display: block; width: 100%; max-width: 300px; }
.verdicts ul { margin: 6px 0 10px; padding: 0; list-style: none; }
section.card + section.card, .quality { margin-top: 20px; } section.trust { margin-top: 20px; }
summary { padding: 12px 18px; cursor: pointer; font-weight: 550; }
@media (max-width: 640px) { .wrap { padding: 0 14px; } .wide { grid-column: span 1; } nav { order: 3; flex-basis: 100%; flex-wrap: wrap; gap: 4px 18px; }
  nav a, .filters a { padding-top: 6px; padding-bottom: 6px; }
  .filters { flex: 1 1 100%; } form { flex: 1 1 100%; } input[type=search] { flex: 1; width: auto; min-width: 0; padding: 8px 10px; }
  .outlook li { grid-template-columns: 1fr; }
  .chart svg text { font-size: 18px; }
  .reasons li { grid-template-columns: 46px 1fr; } .reasons svg { display: none; }
  .stacked thead tr { display: none; } .stacked.fleet thead tr { display: flex; flex-wrap: wrap; gap: 4px 14px; padding: 8px 14px; }
  .fleet thead th { border: 0; padding: 6px 0; } .fleet thead th:nth-child(n + 5) { display: none; }
  .stacked tbody tr { display: block; padding: 10px 0; border-top: 1px solid var(--line); }
  .stacked tbody :is(td, th) { display: block; border: 0; padding: 3px 14px; text-align: left; max-width: none; white-space: normal; }
  .stacked tbody td:empty { display: none; }
  .stacked td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); font-size: 13px; }
  .fleet td[data-label="Risk"]::before { content: none; }
}
@media print {
  :root { color-scheme: light; }
  header nav, form, .filters, .skip, .pages { display: none; }
  .card, .chart, .outlook li, tr { break-inside: avoid; } .scroll { overflow: visible; }
}
`;
