/** Live accuracy of what was served, per metric and horizon, over a trailing window. */
import { type Baseline, type ForecastAccuracy, TRUTH_HORIZONS, type TruthHorizon } from '../core/truth.js';
import type { BaselineMethod } from './baselines.js';
import { FadingSums } from './fadingSums.js';
import { pinball } from './pinball.js';

/** How far ahead each horizon of the reports lies, in steps; all of them are LEDGER_STEPS. */
export const HORIZON_STEP: Readonly<Record<TruthHorizon, number>> = { '30m': 6, '1h': 12, '4h': 48, '8h': 96 };

/** Fewer verdicts than this are an anecdote. */
const LEAST_JUDGED = 12;

/** One step of a forecast that was served, and what came. */
interface Verdict {
  readonly metric: string;
  readonly horizon: TruthHorizon;
  readonly bucket: number;
  readonly actual: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  /** Mean |y(t) − y(t − 24 h)| of the series; NaN if it is (almost) constant. */
  readonly scale: number;
  /** [methods]: absolute errors; absent for a forecast that was read back from Prometheus. */
  readonly errors?: Float64Array;
}

/** Places in the fading sums; after them, per baseline, its scaled error. */
const PLACES = ['count', 'inside', 'pinball', 'size', 'scaled', 'error', 'width', 'pairs', 'pairedError'] as const;
const place = Object.fromEntries(PLACES.map((name, i) => [name, i])) as Record<(typeof PLACES)[number], number>;

interface Cell {
  judged: number;
  judgedScaled: number;
  judgedPairs: number;
  readonly sums: FadingSums;
}

/** Keeps accuracy for all metrics; four horizons each. */
export class AccuracyBook {
  readonly #baselines: readonly BaselineMethod[];
  readonly #halfLifeBuckets: number;
  readonly #cells = new Map<string, Record<TruthHorizon, Cell>>();

  constructor(baselines: readonly BaselineMethod[], halfLifeBuckets: number) {
    this.#baselines = baselines;
    this.#halfLifeBuckets = halfLifeBuckets;
  }

  add(verdict: Verdict): void {
    const { actual, p10, p50, p90, scale, errors } = verdict;
    const cell = this.#cellOf(verdict.metric, verdict.horizon);
    const weight = cell.sums.weightAt(verdict.bucket);
    const add = (index: number, amount: number) => cell.sums.add(index, weight * amount);
    cell.judged++;
    add(place.count, 1);
    add(place.inside, actual >= p10 && actual <= p90 ? 1 : 0);
    add(place.pinball, pinball(actual, [p10, p50, p90]));
    add(place.size, Math.abs(actual));
    if (Number.isNaN(scale)) return;
    const error = Math.abs(actual - p50) / scale;
    cell.judgedScaled++;
    add(place.scaled, 1);
    add(place.error, error);
    add(place.width, (p90 - p10) / scale);
    if (errors === undefined) return;
    cell.judgedPairs++;
    add(place.pairs, 1);
    add(place.pairedError, error);
    this.#baselines.forEach(({ method }, i) => {
      add(PLACES.length + i, errors[method]! / scale);
    });
  }

  /** One entry per metric and horizon that anything came due for; a figure is NaN until 12 verdicts bear it. */
  report(): ForecastAccuracy[] {
    return [...this.#cells].flatMap(([metric, byHorizon]) =>
      TRUTH_HORIZONS.filter((horizon) => byHorizon[horizon].judged > 0).map((horizon) =>
        this.#summarize(metric, horizon, byHorizon[horizon]),
      ),
    );
  }

  #summarize(metric: string, horizon: TruthHorizon, cell: Cell): ForecastAccuracy {
    const mean = (index: number, of: number, judged: number) =>
      judged >= LEAST_JUDGED ? cell.sums.get(index) / cell.sums.get(of) : Number.NaN;
    const { judged, judgedScaled } = cell;
    return {
      metric,
      horizon,
      forecasts: judged,
      mase: mean(place.error, place.scaled, judgedScaled),
      coverage: mean(place.inside, place.count, judged),
      pinball: mean(place.pinball, place.count, judged),
      wql: 2 * mean(place.pinball, place.size, judged),
      width: mean(place.width, place.scaled, judgedScaled),
      skill: this.#skill(cell),
    };
  }

  #skill({ sums, judgedPairs }: Cell): Partial<Record<Baseline, number>> {
    if (judgedPairs < LEAST_JUDGED) return {};
    const errors = this.#baselines.map(({ name }, i) => [name, sums.get(PLACES.length + i)] as const);
    return Object.fromEntries(
      errors.filter(([, error]) => error > 0).map(([name, error]) => [name, 1 - sums.get(place.pairedError) / error]),
    );
  }

  #cellOf(metric: string, horizon: TruthHorizon): Cell {
    let cells = this.#cells.get(metric);
    if (cells === undefined) {
      const create = (): Cell => ({
        judged: 0,
        judgedScaled: 0,
        judgedPairs: 0,
        sums: new FadingSums(PLACES.length + this.#baselines.length, this.#halfLifeBuckets),
      });
      cells = { '30m': create(), '1h': create(), '4h': create(), '8h': create() };
      this.#cells.set(metric, cells);
    }
    return cells[horizon];
  }
}
