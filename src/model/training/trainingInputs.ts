/** What the inputs looked like in training: the yardstick for drift, kept in the manifest. */
import { isMetricName } from '../../core/metrics.js';
import { type Random, seededRandom, seedFor } from '../../core/random.js';
import type { TrainingInputs } from '../files/manifest.js';
import { createInputBatch, type InputBatch } from '../inputs/batch.js';
import { PAST_TOKENS, PATCH_STEPS, STATIC_FIGURES, TOKEN_WIDTH } from '../inputs/contract.js';
import { fillWindow } from '../inputs/window.js';
import { type LongSeries, type Split, visibleSteps } from './corpus.js';
import { buildPool, findOrigin, type Pool } from './sampler.js';

/** Windows that are looked at per metric and, for `*`, over all. */
const WINDOWS_PER_METRIC = 512;
const WINDOWS_OVER_ALL = 3072;
/** More of one series look alike. */
const WINDOWS_PER_SERIES = 16;
/** Steps of the past whose scaled value is taken: the middle of every hour. */
const VALUE_TOKENS = Array.from({ length: 24 }, (_, hour) => (hour * PAST_TOKENS) / 24 + 1);
/** Inner edges of ten equal shares. */
const DECILES = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);

/**
 * Decile edges of every static figure and of the scaled value (arcsinh of its distance to the centre in scales) over
 * windows drawn as training draws them, undisturbed: per metric of the 14 that the corpus holds, and under `*` over all.
 * A metric that was hardly ever there has none.
 */
export function describeTrainingInputs(corpus: readonly LongSeries[], split: Split, seed: number): TrainingInputs {
  const random = seededRandom(seedFor(seed, 'training inputs'));
  const groups = new Map<string, readonly LongSeries[]>([['*', corpus]]);
  for (const metric of [...new Set(corpus.map((series) => series.metric))].filter(isMetricName).sort()) {
    groups.set(
      metric,
      corpus.filter((series) => series.metric === metric),
    );
  }
  const edges: Record<string, number[][]> = {};
  for (const [name, members] of groups) {
    const pool = buildPool(members, split, 'train');
    if (pool.groups.length === 0) continue;
    const most = name === '*' ? WINDOWS_OVER_ALL : WINDOWS_PER_METRIC;
    const found = edgesOf(pool, Math.min(most, WINDOWS_PER_SERIES * members.length), random);
    if (found) edges[name] = found;
  }
  return { names: [...STATIC_FIGURES, 'scaled_value'], edges };
}

/** One row of decile edges per figure, and one for the scaled value; none where gaps leave too few windows. */
function edgesOf(pool: Pool, windows: number, random: Random): number[][] | undefined {
  const columns: number[][] = Array.from({ length: STATIC_FIGURES.length + 1 }, () => []);
  const batch = createInputBatch(1);
  for (let i = 0; i < windows; i++) {
    const origin = findOrigin(pool, random);
    if (!origin) return undefined;
    const { series, newest } = origin;
    const { ring, metricId, profileId, upper } = series;
    const seen = visibleSteps(series, newest);
    fillWindow({ series: ring, newest, metricId, profileId, upper, visibleSteps: seen }, batch, 0);
    STATIC_FIGURES.forEach((_, figure) => {
      columns[figure]!.push(batch.figures[figure]!);
    });
    columns.at(-1)!.push(...scaledValues(batch));
  }
  return columns.map(decileEdges);
}

/** The scaled values of a batch of one window that are known. */
function scaledValues({ past }: InputBatch): number[] {
  return VALUE_TOKENS.flatMap((token) => {
    const at = token * TOKEN_WIDTH;
    const isKnown = past[at + PATCH_STEPS] === 1;
    return isKnown ? [past[at]!] : [];
  });
}

/** Four digits are finer than any shift that matters. */
function decileEdges(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return DECILES.map((share) => Number(sorted[Math.floor(share * (sorted.length - 1))]!.toPrecision(4)));
}
