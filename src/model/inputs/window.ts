/** History of one series → network inputs. The same code serves training, backtest and serving. */
import { HORIZON_STEPS } from '../../core/flow.js';
import { meanChange, orElse } from '../../core/statistics.js';
import { type InputBatch, stepIndex } from './batch.js';
import { fillCandidates, LEVEL_DECAY, type WindowView } from './candidates.js';
import {
  BASE_CANDIDATE,
  CANDIDATES,
  DAY_STEPS,
  FUTURE_TOKENS,
  HISTORY_STEPS,
  PAST_STEPS,
  PAST_TOKENS,
  PATCH_STEPS,
  SCALED_LIMIT,
  STATIC_FIGURES,
  TOKEN_WIDTH,
} from './contract.js';
import { emptyProfile, fillWeeklyProfile, type RingSeries, unrollHistory } from './history.js';
import { finiteMean, fitLine, measureScale } from './scale.js';

/** One window to forecast from. */
export interface WindowRequest {
  readonly series: RingSeries;
  /** Index of the last known bucket (epoch seconds / 300). */
  readonly newest: number;
  readonly metricId: number;
  readonly profileId: number;
  /** Upper bound of the values: 100 for percentages, 1 for ratios, else Infinity. */
  readonly upper: number;
  /** Steps of history that may be seen; the whole HISTORY_STEPS unless a young server is imitated. */
  readonly visibleSteps?: number;
}

/** Inputs are arcsinh-scaled and then clipped to ± this. */
const INPUT_LIMIT = 6;
const FIGURE_LIMIT = 4;
const C = CANDIDATES.length;

const line = new Float32Array(HISTORY_STEPS);
const profile = emptyProfile();
const candidates = new Float32Array(HORIZON_STEPS * C);

/**
 * Writes the inputs of one window into column `column` of `batch`. Reads only buckets newest − HISTORY_STEPS < i ≤ newest.
 * @returns its candidate forecasts, [HORIZON_STEPS × CANDIDATES], in the metric's unit; valid until the next call
 */
export function fillWindow(request: WindowRequest, batch: InputBatch, column: number): Float32Array {
  const view = viewWindow(request);
  const { scale } = view.scale;
  writeCandidates(view, batch, column);
  writePast(view, batch, column);
  writeFuture(view, batch, column);
  writeFigures(view, batch, column);
  batch.metricIds[column] = request.metricId;
  batch.profileIds[column] = request.profileId;
  batch.scale[column] = scale;
  batch.upper[column] = request.upper;
  return candidates;
}

/** Unrolls and measures a window; `candidates` then holds its candidate forecasts. The view lives until the next call. */
function viewWindow(request: WindowRequest): WindowView {
  unrollHistory(request.series, request.newest, line, request.visibleSteps);
  fillWeeklyProfile(line, profile);
  const scale = measureScale(line);
  const view: WindowView = {
    line,
    profile,
    scale,
    line4h: fitLine(line, 48, scale.centre),
    line24h: fitLine(line, PAST_STEPS, scale.centre),
    upper: request.upper,
  };
  fillCandidates(view, candidates);
  return view;
}

function clamp(value: number, limit: number): number {
  return value < -limit ? -limit : value > limit ? limit : value;
}

/** An amount in units of the scale, squashed; 0 where it is absent. */
function squash(amount: number, scale: number): number {
  if (Number.isNaN(amount)) return 0;
  // arcsinh by its formula: half the time of Math.asinh, which guards digits that a clipped float32 does not have.
  const size = Math.abs(amount) / scale;
  const squashed = Math.min(Math.log(size + Math.sqrt(size * size + 1)), INPUT_LIMIT);
  return amount < 0 ? -squashed : squashed;
}

function writeCandidates(view: WindowView, batch: InputBatch, column: number): void {
  const { capacity } = batch;
  const { scale } = view.scale;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const base = candidates[h * C + BASE_CANDIDATE]!;
    const at = stepIndex(capacity, column, h);
    batch.base[at] = base;
    const to = at * C;
    for (let c = 0; c < C; c++) {
      batch.candidates[to + c] = clamp((candidates[h * C + c]! - base) / scale, SCALED_LIMIT);
    }
  }
}

function writePast(view: WindowView, batch: InputBatch, column: number): void {
  const { past, capacity } = batch;
  const { scale, centre } = view.scale;
  const variableStride = PAST_TOKENS * capacity * TOKEN_WIDTH;
  const start = HISTORY_STEPS - PAST_STEPS;
  for (let j = 0; j < PAST_STEPS; j++) {
    const at = (Math.floor(j / PATCH_STEPS) * capacity + column) * TOKEN_WIDTH + (j % PATCH_STEPS);
    const value = line[start + j]!;
    const smoothed = profile.smoothed[j]!;
    past[at] = squash(value - centre, scale);
    past[at + PATCH_STEPS] = !Number.isNaN(value) ? 1 : 0;
    past[at + variableStride] = squash(value - smoothed, scale);
    past[at + 2 * variableStride] = squash(smoothed - centre, scale);
  }
}

function writeFuture(view: WindowView, batch: InputBatch, column: number): void {
  const { future, capacity } = batch;
  const { scale, centre } = view.scale;
  const variableStride = FUTURE_TOKENS * capacity * TOKEN_WIDTH;
  const recent = HISTORY_STEPS - HORIZON_STEPS;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const at = (Math.floor(h / PATCH_STEPS) * capacity + column) * TOKEN_WIDTH + (h % PATCH_STEPS);
    const from = h * C;
    future[at] = squash(candidates[from + 2]! - centre, scale);
    future[at + variableStride] = squash(candidates[from + 3]! - centre, scale);
    future[at + 2 * variableStride] = squash(candidates[from + 5]! - centre, scale);
    future[at + 3 * variableStride] = squash(candidates[from + 7]! - centre, scale);
    future[at + 4 * variableStride] = squash(candidates[from + 4]! - centre, scale);
    future[at + 5 * variableStride] = squash(candidates[from + 9]! - centre, scale);
    future[at + 6 * variableStride] = squash(orElse(profile.spread[PAST_STEPS + h]!, scale), scale);
    const residual = line[recent + h]! - profile.smoothed[PAST_STEPS - HORIZON_STEPS + h]!;
    future[at + 7 * variableStride] = squash(residual, scale);
    future[at + 8 * variableStride] = h / 48 - 1;
    future[at + 8 * variableStride + PATCH_STEPS] = LEVEL_DECAY[h]!;
  }
}

function writeFigures(view: WindowView, batch: InputBatch, column: number): void {
  const { scale, centre, last, meanOfLastHour, median3h, day, week, roughness, seasonalShare } = view.scale;
  const start = HISTORY_STEPS - PAST_STEPS;
  const value = (j: number) => line[start + j]!;
  const mean = (from: number, distance: (j: number) => number) =>
    finiteMean(from, PAST_STEPS, (j) => Math.abs(distance(j))) / scale;
  let days = 0;
  for (let h = 0; h < HORIZON_STEPS; h++) days += profile.days[PAST_STEPS + h]!;
  // A ratio is a percentage in another unit; the figures' names are those of the contract.
  const isPercent = Number.isFinite(view.upper);
  const figures = [
    Math.log(scale / (Math.abs(centre) + scale) + 1e-6) / 4,
    days / HORIZON_STEPS / 7,
    roughness / scale,
    mean(0, (j) => value(j) - profile.median[j]!),
    meanChange(line, start, HISTORY_STEPS, DAY_STEPS) / scale,
    meanChange(line, start + 12, HISTORY_STEPS, 12) / scale,
    meanChange(line, start + 96, HISTORY_STEPS, 96) / scale,
    mean(PAST_STEPS - 24, (j) => value(j) - profile.median[j]!),
    Math.asinh(centre / scale) / 3,
    isPercent ? Math.asinh(Math.max(view.upper - centre, 0) / scale) / 3 : 2,
    isPercent ? 1 : 0,
    seasonalShare,
    view.line4h.residual / scale,
    view.line24h.residual / scale,
    ...[last, meanOfLastHour, median3h, day.median, day.p10, day.p90, week.median, week.p10, week.p90].map((level) =>
      Math.asinh((level - centre) / scale),
    ),
  ];
  for (let i = 0; i < STATIC_FIGURES.length; i++) {
    batch.figures[column * STATIC_FIGURES.length + i] = clamp(orElse(figures[i]!, 1), FIGURE_LIMIT);
  }
}
