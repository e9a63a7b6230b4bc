/** Which thresholds a server reaches, and when: those that it may reach as a table, the others in a sentence. */
import { type Frame, LEVEL_NAMES, type Risk, type TimeToThreshold } from '../../core/flow.js';
import { currentValue } from '../../exposition/forecastPoint.js';
import { earliestSeconds } from './firstThreshold.js';
import { type Html, html } from './html.js';
import { describeClock, describeUntil, describeValue } from './words.js';

/** @param at epoch seconds of the cycle */
export function renderThresholdTable({ timeToThreshold }: Risk, frame: Frame, at: number): Html | undefined {
  if (timeToThreshold.length === 0) return undefined;
  const reached = timeToThreshold.filter((entry) => earliestSeconds(entry) !== null).sort(bySeconds);
  const others = timeToThreshold.filter((entry) => earliestSeconds(entry) === null);
  const table =
    reached.length === 0
      ? undefined
      : html`<div class="scroll" role="region" aria-label="Table of thresholds" tabindex="0"><table class="stacked"><thead><tr><th scope="col">Metric</th><th scope="col">Now</th><th scope="col">Threshold</th><th scope="col">Reached at the earliest</th><th scope="col">In the middle, p50</th><th scope="col">At the latest</th></tr></thead><tbody>
${reached.map((entry) => renderRow(entry, frame, at))}</tbody></table></div>`;
  return html`<section class="card" aria-label="Thresholds"><div class="bar-head"><h2>Thresholds</h2><span class="small muted">earliest and latest: by the edges of p10–p90</span></div>
${table}
${others.length === 0 ? undefined : html`<p class="note small muted">Not within 8 h, inside p10–p90: ${others.map(describeLimit).join(' · ')}.</p>`}</section>`;
}

function renderRow(entry: TimeToThreshold, frame: Frame, at: number): Html {
  const { metric, threshold, direction, seconds } = entry;
  const current = currentValue(frame, metric);
  // From the level that is nearest to the bad side to the one that is farthest from it: they cross in this order.
  const levels = direction === 'above' ? LEVEL_NAMES.toReversed() : LEVEL_NAMES;
  const [earliest, middle, latest] = levels.map((level) => renderMoment(seconds[level], at));
  return html`<tr><th scope="row">${metric}</th><td data-label="Now">${current === undefined ? '–' : describeValue(metric, current)}</td><td data-label="Threshold">${direction} ${describeValue(metric, threshold)}</td><td data-label="Reached at the earliest">${earliest}</td><td data-label="In the middle, p50">${middle}</td><td data-label="At the latest">${latest}</td></tr>\n`;
}

function renderMoment(seconds: number | null, at: number): Html {
  if (seconds === null) return html`<span class="muted">not within 8 h</span>`;
  if (seconds <= 0) return html`<span class="pill red">now</span>`;
  return html`${describeUntil(seconds)} <span class="small muted one-line">${describeClock(at + seconds)}</span>`;
}

/** By the median, then by the level that gets there first. */
function bySeconds(a: TimeToThreshold, b: TimeToThreshold): number {
  const key = ({ seconds }: TimeToThreshold) => seconds.p50 ?? Number.MAX_SAFE_INTEGER;
  return key(a) - key(b) || earliestSeconds(a)! - earliestSeconds(b)!;
}

function describeLimit({ metric, direction, threshold }: TimeToThreshold): string {
  return `${metric} ${direction} ${describeValue(metric, threshold)}`;
}
