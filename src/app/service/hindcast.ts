/** Forecasts of the past, made now: what a fresh start learns from before its own forecasts come due. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Frame } from '../../core/flow.js';
import { isInSpan } from '../../core/timeSpan.js';
import type { Thresholds } from '../../scoring/thresholds.js';
import type { DriftMonitor } from '../../truth/drift.js';
import type { Truth } from '../../truth/truth.js';
import { isForecastable } from '../../windows/forecastable.js';
import { runCycle } from '../cycle.js';
import { recordForecasts } from '../fleetTruth.js';
import type { ForecastRows } from '../forecasting/forecastFrames.js';

export interface HindcastParts {
  readonly truth: Truth;
  /** Sees the figures of the past, too. */
  readonly drift: DriftMonitor;
  readonly model: string;
  readonly thresholds: Thresholds;
  readonly stepSeconds: number;
  /** Steps between two forecasts of a server that the ledger has room for. */
  readonly everySteps: number;
  readonly forecastRows: ForecastRows;
  /** The windows as they are now; asked again and again, since they go on. */
  readonly frames: () => readonly Frame[];
  readonly signal: AbortSignal;
}

/** How far back the first forecast of the past lies: two days, which leaves six of history before it. */
const SPAN_STEPS = 576;
/** Hourly: more overlap teaches nothing new. */
const LEAST_EVERY_STEPS = 12;
/** Forecasts that a start may cost: about a minute of one core. */
const MAX_FORECASTS = 100_000;
/** With fewer moments than this there is nothing to learn. */
const MIN_MOMENTS = 4;
/** Servers in one go: a live cycle waits for one go at most. */
const CHUNK = 16;

/**
 * Replays the last two days hourly, or as often as ledger and budget allow, through a ledger that nobody reads yet.
 * @returns forecasts made; 0 where the fleet is so large that the budget would teach nothing
 */
export async function hindcast(parts: HindcastParts): Promise<number> {
  const { truth, everySteps, stepSeconds, signal } = parts;
  const now = newestOf(parts.frames());
  let made = 0;
  for (const newest of momentsBefore(now, everySteps, seriesOf(parts.frames()))) {
    if (signal.aborted) return made;
    // Nothing after `newest` is read, so that no copy is needed here.
    await resolveAll(parts.frames(), (frame) => truth.resolve(frame, newest + 1));
    truth.settle(endOf(newest, stepSeconds));
    made += await forecastMoment(parts, newest);
  }
  await resolveAll(parts.frames(), (frame) => truth.resolve(frame));
  truth.settle(endOf(now, stepSeconds));
  return made;
}

/** The event loop gets its turn in between: doors answer meanwhile. */
async function resolveAll(frames: readonly Frame[], resolve: (frame: Frame) => void): Promise<void> {
  for (const [i, frame] of frames.entries()) {
    if (i % CHUNK === CHUNK - 1) await nextTurn();
    resolve(frame);
  }
}

/** Forecasts every server as of bucket `newest`, a few at a time. */
async function forecastMoment(parts: HindcastParts, newest: number): Promise<number> {
  const { truth, drift, model, forecastRows, thresholds, signal } = parts;
  const at = endOf(newest, parts.stepSeconds);
  let made = 0;
  for (let from = 0; !signal.aborted; from += CHUNK) {
    // The windows of this moment, copied before anything waits: nothing later can get in.
    const chunk = parts.frames().slice(from, from + CHUNK);
    if (chunk.length === 0) break;
    const frames = chunk
      .filter(({ maintenance = [] }) => !isInSpan(maintenance, at))
      .map((frame) => rewind(frame, newest));
    const { servers, details } = await runCycle(frames, at, thresholds, {
      ...{ forecastRows, model },
      wantsDetails: () => true,
      planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
      recalibrate: ({ server, profile }, metric, raw) => truth.incidents.apply({ server, metric, profile }, raw),
    });
    servers.forEach(({ frame, forecasts, risk }, i) => {
      recordForecasts(truth, { frame, at, forecasts, risk, details: details[i]!, wasServed: false }, drift);
      made += forecasts.length;
    });
  }
  return made;
}

/** A frame as it was when bucket `newest` was its newest: a copy in which everything later is absent. */
export function rewind(frame: Frame, newest: number): Frame {
  const { values, capacity, metrics } = frame;
  if (newest >= frame.newest) return frame;
  const past = new Float32Array(new SharedArrayBuffer(values.byteLength));
  past.set(values);
  const later = Math.min(frame.newest - newest, capacity);
  for (let row = 0; row < metrics.length; row++) {
    for (let i = 1; i <= later; i++) past[row * capacity + ((newest + i) % capacity)] = Number.NaN;
  }
  return { ...frame, newest, values: past };
}

function newestOf(frames: readonly Frame[]): number {
  return frames.reduce((newest, frame) => Math.max(newest, frame.newest), 0);
}

function seriesOf(frames: readonly Frame[]): number {
  let series = 0;
  for (const frame of frames) {
    for (let row = 0; row < frame.metrics.length; row++) if (isForecastable(frame, row)) series++;
  }
  return series;
}

/** Buckets to forecast from, ascending, all before `now`. */
function momentsBefore(now: number, everySteps: number, series: number): number[] {
  const affordable = Math.floor(MAX_FORECASTS / Math.max(series, 1));
  const count = Math.min(affordable, Math.floor(SPAN_STEPS / Math.max(everySteps, LEAST_EVERY_STEPS)));
  if (count < MIN_MOMENTS) return [];
  const every = Math.floor(SPAN_STEPS / count);
  return Array.from({ length: count }, (_, i) => now - (count - i) * every);
}

/** The moment at which bucket `newest` was complete. */
function endOf(newest: number, stepSeconds: number): number {
  return (newest + 1) * stepSeconds;
}
