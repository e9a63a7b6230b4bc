/**
 * The one script of all pages; its hash stands in the Content-Security-Policy. Everything works without it. With it a page that
 * refreshes itself, and a fleet table that is sorted, narrowed or leafed through, keep their place; "/" leads to the search; and
 * plots are read by pointer, finger or arrow keys.
 */
export const SCRIPT = `
'use strict';
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

addEventListener('keydown', (event) => {
  const search = document.querySelector('input[type=search]');
  if (event.key !== '/' || !search || event.target === search) return;
  event.preventDefault();
  search.focus();
});

/* A page shown in place of this one, without being loaded. */
const KEPT = ['thead a', '.filters a', '.pages a'];
let shown = location.pathname + location.search;
async function show(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const restoreFocus = rememberFocus();
  const open = all('details').map((details) => details.open);
  const top = scrollY;
  for (const part of ['header', 'main', 'footer']) document.querySelector(part).replaceWith(page.querySelector(part));
  all('details').forEach((details, i) => { details.open = open[i] ?? details.open; });
  restoreFocus();
  scrollTo(0, top);
  readPlots();
}
function rememberFocus() {
  const focused = document.activeElement;
  const href = focused.getAttribute('href');
  const kept = KEPT.find((selector) => focused.matches(selector));
  const alike = () => (kept ? all(kept) : [...document.links].filter((link) => link.getAttribute('href') === href));
  const place = alike().indexOf(focused);
  return () => alike()[place]?.focus({ preventScroll: true });
}
addEventListener('click', (event) => {
  const link = event.target.closest(KEPT.join());
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href).then(() => {
    history.pushState(null, '', link.href);
    shown = location.pathname + location.search;
    if (link.matches('.pages a')) document.querySelector('#servers').scrollIntoView();
  }, () => location.assign(link.href));
});
addEventListener('popstate', () => {
  const wanted = location.pathname + location.search;
  if (wanted === shown) return;
  shown = wanted;
  show(wanted).catch(() => location.reload());
});
const seconds = Number(document.body.dataset.refresh);
if (seconds > 0) setInterval(() => {
  if (!document.hidden && !document.activeElement.matches('input')) show(location.href).catch(() => {});
}, 1000 * seconds);

/* Plots: a slider along time, since screen readers hand the arrow keys to sliders and say their value. */
function readPlots() {
  for (const plot of all('[data-plot]')) readPlot(plot, JSON.parse(plot.dataset.plot));
  for (const hint of all('.keys [hidden]')) hint.hidden = false;
}
function readPlot(plot, { area, span, step, unit, past, ahead }) {
  const points = [];
  past.values.split(' ').forEach((value, i) => points.push([past.from + i * step, value === '–' ? 'no sample' : value + unit]));
  const levels = ahead?.values.map((values) => values.split(' '));
  levels?.[0].forEach((_, i) => {
    const [p10, p50, p90] = levels.map((values) => values[i] + unit);
    points.push([ahead.from + i * step, 'p50 ' + p50 + ', p10 ' + p10 + ', p90 ' + p90]);
  });
  const svg = plot.querySelector('svg');
  const cross = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
  cross.classList.add('cross');
  for (const probe of all('.probe', svg)) probe.remove();
  let at = past.values.split(' ').length - 1;
  const attributes = { role: 'slider', tabindex: 0, 'aria-valuemin': 0, 'aria-valuemax': points.length - 1 };
  for (const name in attributes) svg.setAttribute(name, attributes[name]);
  const read = (index, isShown = true) => {
    at = Math.min(points.length - 1, Math.max(0, index));
    const [time, words] = points[at];
    const text = new Date(1000 * time).toISOString().slice(11, 16) + ' UTC: ' + words;
    svg.setAttribute('aria-valuenow', at);
    svg.setAttribute('aria-valuetext', text);
    if (!isShown) return;
    plot.querySelector('output').textContent = text;
    const x = area.left + ((time - span[0]) / (span[1] - span[0])) * (area.right - area.left);
    cross.setAttribute('d', 'M' + x + ' ' + area.top + 'V' + area.bottom);
  };
  read(at, false);
  const follow = (event) => {
    const inverse = svg.getScreenCTM().inverse();
    const x = inverse.a * event.clientX + inverse.e;
    const time = span[0] + ((x - area.left) / (area.right - area.left)) * (span[1] - span[0]);
    let nearest = 0;
    points.forEach(([moment], i) => { if (Math.abs(moment - time) < Math.abs(points[nearest][0] - time)) nearest = i; });
    read(nearest);
  };
  svg.addEventListener('pointermove', follow);
  svg.addEventListener('pointerdown', follow);
  svg.addEventListener('focus', () => read(at));
  const hour = Math.round(3600 / step);
  svg.addEventListener('keydown', (event) => {
    const moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: hour, PageDown: -hour, Home: -at, End: points.length };
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    read(at + moves[event.key]);
  });
}
readPlots();
`;
