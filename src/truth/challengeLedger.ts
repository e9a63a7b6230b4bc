/** Forecasts of champion and challenger for the same steps, side by side until they are due. */
import { type Frame, QUANTILE_LEVELS } from '../core/flow.js';
import { bucketValue } from '../core/frame.js';
import { LEDGER_STEPS } from './horizonBins.js';
import { PendingForecasts, slotsFor } from './pending.js';
import { pinball } from './pinball.js';
import { isPlanned } from './planned.js';
import { seasonalScale } from './seasonalScale.js';

/** What both lost on one sample: the mean pinball loss of p10, p50 and p90, doubled, in units of the series' scale. */
export interface PairedLoss {
  readonly server: string;
  readonly metric: string;
  /** Epoch seconds of the sample. */
  readonly dueAt: number;
  readonly champion: number;
  readonly challenger: number;
}

/** Both models' quantiles [HORIZON_STEPS × levels] for one row of a frame. */
export interface PairedForecast {
  readonly row: number;
  readonly champion: Float32Array;
  readonly challenger: Float32Array;
}

const LEVELS = QUANTILE_LEVELS.length;
/** Of the champion, of the challenger, and the scale. */
const WIDTH = 2 * LEVELS + 1;

export class PairedLedger {
  readonly #maxSeries: number;
  readonly #slots: number;
  readonly #servers = new Map<string, Map<string, PendingForecasts>>();
  #series = 0;

  /**
   * @param maxSeries  further series are not judged: about 2 KB each
   * @param everySteps steps between two forecasts of a server
   */
  constructor({ maxSeries, everySteps }: { readonly maxSeries: number; readonly everySteps: number }) {
    this.#maxSeries = maxSeries;
    this.#slots = slotsFor(everySteps);
  }

  /** Remembers what both forecast from the frame's window. A series without a scale is left out. */
  remember(frame: Frame, { row, champion, challenger }: PairedForecast): void {
    const scale = seasonalScale(frame, row, frame.newest - 1);
    const pending = scale > 0 ? this.#pendingOf(frame.server, frame.metrics[row]!) : undefined;
    if (pending === undefined) return;
    LEDGER_STEPS.forEach((step, i) => {
      const values = pending.add(frame.newest + step, i, true);
      const from = (step - 1) * LEVELS;
      values.set(champion.subarray(from, from + LEVELS));
      values.set(challenger.subarray(from, from + LEVELS), LEVELS);
      values[2 * LEVELS] = scale;
    });
  }

  /** The losses on what has come due in this frame's window. A bucket without a sample judges nobody, nor does maintenance. */
  judge(frame: Frame): PairedLoss[] {
    const losses: PairedLoss[] = [];
    const { server, stepSeconds, newest } = frame;
    for (const [metric, pending] of this.#servers.get(server) ?? []) {
      const row = frame.metrics.indexOf(metric);
      // The newest bucket may be partial.
      for (const { due, step, values: both } of pending.takeDue(newest)) {
        if (isPlanned(frame, due - LEDGER_STEPS[step]!, due)) continue;
        const actual = bucketValue(frame, row, due);
        if (Number.isNaN(actual)) continue;
        const scale = both[2 * LEVELS]!;
        const champion = doubledLoss(both.subarray(0, LEVELS), actual) / scale;
        const challenger = doubledLoss(both.subarray(LEVELS, 2 * LEVELS), actual) / scale;
        losses.push({ server, metric, dueAt: due * stepSeconds, champion, challenger });
      }
    }
    return losses;
  }

  /** Drops what was remembered of servers that are not in `servers`. */
  keepOnly(servers: ReadonlySet<string>): void {
    for (const [server, metrics] of this.#servers) {
      if (servers.has(server)) continue;
      this.#series -= metrics.size;
      this.#servers.delete(server);
    }
  }

  #pendingOf(server: string, metric: string): PendingForecasts | undefined {
    const known = this.#servers.get(server)?.get(metric);
    if (known !== undefined || this.#series >= this.#maxSeries) return known;
    const metrics = this.#servers.get(server) ?? new Map<string, PendingForecasts>();
    const pending = new PendingForecasts(this.#slots, WIDTH);
    this.#servers.set(server, metrics.set(metric, pending));
    this.#series++;
    return pending;
  }
}

/** Twice the mean pinball loss: for three equal quantiles in the middle of the samples, the mean absolute error. */
function doubledLoss(quantiles: Float32Array, actual: number): number {
  return 2 * pinball(actual, quantiles);
}
