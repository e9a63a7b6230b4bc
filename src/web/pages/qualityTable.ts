/** The data quality of one server, metric by metric. */

import { describeDuration } from '../../core/duration.js';
import type { Frame } from '../../core/flow.js';
import { bucketValue } from '../../core/frame.js';
import { type Html, html } from './html.js';
import { describeRatio, metricHelp } from './words.js';

const SECONDS_PER_DAY = 86_400;

/** How complete a metric's last day is. */
export interface MetricQuality {
  readonly metric: string;
  /** Share of the last day's buckets with a value, 0–1; the newest bucket, which may be partial, does not count. */
  readonly filledRatio: number;
  /** The longest run of empty buckets among them, in seconds. */
  readonly longestGapSeconds: number;
  /** From the start of the newest bucket with a value to that of the newest bucket; undefined where the day has none. */
  readonly silentSeconds: number | undefined;
}

/** Metrics with a row, in its order. */
export function metricQualities(frame: Frame): MetricQuality[] {
  const buckets = Math.round(SECONDS_PER_DAY / frame.stepSeconds);
  return frame.metrics.map((metric, row) => {
    let [filled, gap, longest] = [0, 0, 0];
    let silent: number | undefined;
    for (let age = buckets; age >= 0; age--) {
      const hasValue = frame.newest >= age && Number.isFinite(bucketValue(frame, row, frame.newest - age));
      if (hasValue) silent = age;
      if (age === 0) break;
      gap = hasValue ? 0 : gap + 1;
      if (hasValue) filled++;
      longest = Math.max(longest, gap);
    }
    return {
      metric,
      filledRatio: filled / buckets,
      longestGapSeconds: longest * frame.stepSeconds,
      silentSeconds: silent === undefined ? undefined : silent * frame.stepSeconds,
    };
  });
}

/** Folded unless something is missing. */
export function renderQualityTable(frame: Frame): Html {
  const qualities = metricQualities(frame);
  const poor = qualities.filter(({ filledRatio }) => filledRatio < 1);
  const rows = qualities.map(
    ({ metric, filledRatio, longestGapSeconds, silentSeconds }) =>
      html`<tr><th scope="row">${metric}<div class="small muted">${metricHelp(metric)}</div></th><td class="number" data-label="Filled, 24 h">${describeRatio(filledRatio)}</td><td data-label="Longest gap">${longestGapSeconds === 0 ? html`<span class="muted">none</span>` : describeDuration(longestGapSeconds)}</td><td data-label="Newest value">${describeNewest(silentSeconds)}</td></tr>\n`,
  );
  const summary =
    poor.length === 0
      ? `Data quality: all ${qualities.length} metrics complete over the last 24 h`
      : `Data quality: ${poor.length} of ${qualities.length} metrics with gaps in the last 24 h`;
  return html`<details class="card quality"><summary>${summary}</summary>
<div class="scroll" role="region" aria-label="Table of data quality" tabindex="0"><table class="stacked">
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Filled, 24 h</th><th scope="col">Longest gap</th><th scope="col">Newest value</th></tr></thead>
<tbody>
${rows}</tbody></table></div></details>`;
}

function describeNewest(silentSeconds: number | undefined): Html {
  if (silentSeconds === undefined) return html`<span class="red-text">none</span>`;
  return silentSeconds === 0
    ? html`<span>now</span>`
    : html`<span>${describeDuration(silentSeconds)} before the newest bucket</span>`;
}
