/** Series, frames and forecasts with known properties, for the tests of truth. */
import { type Frame, HORIZON_STEPS } from '../../src/core/flow.js';
import type { Random } from '../../src/core/random.js';
import { applyPlan } from '../../src/truth/plan.js';
import { Truth } from '../../src/truth/truth.js';

export const STEP_SECONDS = 300;
export const HOUR = 12;
export const DAY = 288;
export const CAPACITY = 8 * DAY;
/** Some bucket in 2026, at a full hour. */
export const START = 5_900_004;

/** The model and the candidates that the synthetic forecasts have. */
export const METHODS = [
  'tft',
  'persistence',
  'mean_1h',
  'yesterday',
  'weekly_median',
  'median_with_level',
  'line_4h',
] as const;

const OPTIONS = { isEnabled: true, isHindcasting: false, everySeconds: 3600, halfLifeSeconds: 86_400, maxSeries: 1000 };

export function newTruth(options: Partial<typeof OPTIONS> = {}, isSpread = false): Truth {
  return new Truth({ options: { ...OPTIONS, ...options }, methods: METHODS, stepSeconds: STEP_SECONDS, isSpread });
}

/** A signal: its value in every bucket. */
export type Signal = (bucket: number) => number;

/** The frame of a server with one metric whose newest bucket is `newest`. */
export function frameOf(server: string, signal: Signal, newest: number): Frame {
  const values = new Float32Array(CAPACITY);
  for (let i = newest - CAPACITY + 1; i <= newest; i++) values[i % CAPACITY] = signal(i);
  const quality = { coverageRatio: 1, historyDays: 8, warmupRatio: 1, lastSampleAt: newest * STEP_SECONDS };
  return {
    server,
    profile: 'generic',
    stepSeconds: STEP_SECONDS,
    newest,
    capacity: CAPACITY,
    metrics: ['mem_used_pct'],
    values,
    state: 'ok',
    quality,
  };
}

/** The candidates as METHODS names them, from the signal up to `origin`. */
export function candidatesAt(signal: Signal, origin: number): Float32Array {
  const candidates = new Float32Array(HORIZON_STEPS * (METHODS.length - 1));
  const last = signal(origin);
  const slope = (last - signal(origin - 48)) / 48;
  for (let h = 0; h < HORIZON_STEPS; h++) {
    const yesterday = signal(origin + 1 + h - DAY);
    const level = last - signal(origin - DAY);
    candidates.set(
      [last, last, yesterday, yesterday, yesterday + level * Math.exp(-h / 24), last + slope * (h + 1)],
      h * (METHODS.length - 1),
    );
  }
  return candidates;
}

/** A model that says p50 = `median(step)` ∓ `halfWidth` at each step. */
export function rawForecast(median: (h: number) => number, halfWidth: number): Float32Array {
  return Float32Array.from(
    { length: HORIZON_STEPS * 3 },
    (_, i) => median(Math.floor(i / 3)) + ((i % 3) - 1) * halfWidth,
  );
}

/** Normal noise that belongs to the bucket: the same whenever it is asked for. */
export function noiseOf(random: Random, size = 40_000): Signal {
  const values = Float64Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  return (bucket) => values[bucket % size]!;
}

export interface Fleet {
  readonly signals: Readonly<Record<string, Signal>>;
  readonly model: (signal: Signal, origin: number) => Float32Array;
}

/** One hour of all servers: plan, forecast, record, resolve, settle. Returns what was served. */
export function runHour(truth: Truth, { signals, model }: Fleet, origin: number): Record<string, Float32Array> {
  const served: Record<string, Float32Array> = {};
  for (const [server, signal] of Object.entries(signals)) {
    truth.resolve(frameOf(server, signal, origin), origin + 1);
    const raw = model(signal, origin);
    const candidates = candidatesAt(signal, origin);
    const out = new Float32Array(raw.length);
    applyPlan(raw, candidates, truth.plan(server, 'mem_used_pct', 'generic'), 100, out);
    served[server] = out;
    const made = { origin, raw, candidates, served: out, wasServed: true };
    truth.record({ server, metric: 'mem_used_pct', profile: 'generic', at: origin * STEP_SECONDS, ...made });
  }
  truth.settle(origin * STEP_SECONDS);
  return served;
}
