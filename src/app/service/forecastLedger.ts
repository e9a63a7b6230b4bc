/** What `serve` learns from its own forecasts: judged in every cycle, taught by hindcasts and by Prometheus at the start. */
import type { Logger } from 'pino';
import type { Frame } from '../../core/flow.js';
import { OWN_METRICS } from '../../core/ownFigures.js';
import { isInSpan } from '../../core/timeSpan.js';
import type { DriftReport, TruthReport } from '../../core/truth.js';
import type { Thresholds } from '../../scoring/thresholds.js';
import type { Source } from '../../sources/source.js';
import { DriftMonitor } from '../../truth/drift.js';
import type { TrainingInputs } from '../../truth/driftInputs.js';
import type { ActedUpon } from '../../truth/incidents/incidentLedger.js';
import type { TruthOptions } from '../../truth/options.js';
import type { RecordedForecast, Truth } from '../../truth/truth.js';
import type { CycleResult } from '../cycle.js';
import { createTruth, recordForecasts } from '../fleetTruth.js';
import type { ForecastRows, FrameWishes } from '../forecasting/forecastFrames.js';
import { hindcast } from './hindcast.js';
import { readRecorded } from './readRecorded.js';
import { readRecordedProbabilities } from './recordedProbabilities.js';

export interface LedgerSettings {
  readonly model: string;
  readonly options: TruthOptions;
  readonly stepSeconds: number;
  readonly thresholds: Thresholds;
  /** From the model's manifest; absent in older ones. */
  readonly trainingInputs: TrainingInputs | undefined;
}

/** What the ledger learns from at the start. */
export interface Lessons {
  readonly forecastRows: ForecastRows;
  /** The windows as they are now. */
  readonly frames: () => readonly Frame[];
  readonly sources: readonly Source[];
  /** Whose recorded forecasts are read, as label matchers. */
  readonly selector: string;
  /** As for `begin`. */
  readonly actedUpon: readonly ActedUpon[];
  readonly at: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const DRIFT_EVERY_SECONDS = 300;

/** One cycle: `begin`, forecast with `wishes`, `end`. */
export class ForecastLedger {
  readonly #settings: LedgerSettings;
  #truth: Truth;
  readonly #drift: DriftMonitor;
  #lastDrift: DriftReport | undefined;
  #lastDriftAt = Number.NEGATIVE_INFINITY;

  constructor(settings: LedgerSettings) {
    const { model, options, stepSeconds, trainingInputs } = settings;
    this.#settings = settings;
    this.#truth = createTruth(model, { options, stepSeconds, isSpread: true });
    this.#drift = new DriftMonitor(trainingInputs);
  }

  /**
   * Judges what has come due. The newest bucket may be partial and does not count yet.
   * @param actedUpon  spans that show what an action did and not what was forecast
   */
  begin(frames: readonly Frame[], at: number, actedUpon: readonly ActedUpon[]): void {
    this.#truth.incidents.noteActions(actedUpon);
    for (const frame of frames) this.#truth.resolve(frame);
    this.#truth.settle(at);
  }

  /**
   * What a cycle asks of the workers: plans for all, details of the servers whose turn it is. The turn of a server in
   * maintenance waits for its end: what is planned says nothing of how it usually is.
   */
  wishes(frames: readonly Frame[], at: number): FrameWishes {
    if (!this.#settings.options.isEnabled) return {};
    // As it is now, whatever is learnt later: a cycle that is explained is run again with the plans that it was served by.
    const truth = this.#truth;
    const due = frames.map(({ server, maintenance = [] }) => truth.isDue(server, at) && !isInSpan(maintenance, at));
    return {
      wantsDetails: (i) => due[i]!,
      planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
      recalibrate: ({ server, profile }, metric, raw) => truth.incidents.apply({ server, metric, profile }, raw),
    };
  }

  /** Remembers what was forecast for the servers whose turn it was, and tells what is known. */
  end({ servers, details, at }: CycleResult): TruthReport | undefined {
    if (!this.#settings.options.isEnabled) return undefined;
    servers.forEach(({ frame, forecasts, risk }, i) => {
      recordForecasts(this.#truth, { frame, at, forecasts, risk, details: details[i]!, wasServed: true }, this.#drift);
    });
    const report = ofTheFleet(this.#truth.report(at));
    return { ...report, drift: this.#driftAt(at, report) };
  }

  /** Drift changes by the hour; finding it out costs too much for every cycle. */
  #driftAt(at: number, { accuracy }: TruthReport): DriftReport {
    if (this.#lastDrift === undefined || at - this.#lastDriftAt >= DRIFT_EVERY_SECONDS) {
      this.#lastDrift = this.#drift.report(at, accuracy);
      this.#lastDriftAt = at;
    }
    return this.#lastDrift;
  }

  forget(server: string): void {
    this.#truth.forget(server);
  }

  /**
   * Learns from the past in the background and then takes the place of what was learnt since the start. Never throws:
   * without it, everything is learnt from the first due forecasts on.
   */
  async learn({ sources, selector, actedUpon, at, log, signal, frames, forecastRows }: Lessons): Promise<void> {
    const { model, options, stepSeconds, thresholds } = this.#settings;
    if (!options.isEnabled) return;
    try {
      const truth = createTruth(model, { options, stepSeconds, isSpread: true });
      truth.incidents.noteActions(actedUpon);
      const everySteps = Math.round(options.everySeconds / stepSeconds);
      const startedAt = performance.now();
      const made = { truth, drift: this.#drift, model, stepSeconds, everySteps, thresholds };
      const hindcasts = options.isHindcasting ? await hindcast({ ...made, forecastRows, frames, signal }) : 0;
      const reading = { sources, at, stepSeconds, selector, log };
      const recorded = judgeRecorded(truth, frames(), await readRecorded(reading));
      const told = await readRecordedProbabilities(reading);
      truth.incidents.recall(told);
      if (signal.aborted) return;
      // Less than an hour has been recorded meanwhile: nothing that the past did not teach better.
      if (hindcasts > 0 || recorded > 0 || told.length > 0) this.#truth = truth;
      // What was learnt is told by the next cycle, not minutes later.
      this.#lastDrift = undefined;
      const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
      log.info({ hindcasts, recorded, seconds }, 'learnt from forecasts of the past');
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: (error as Error).message }, 'nothing learnt from forecasts of the past');
    }
  }
}

const OWN: ReadonlySet<string> = new Set(OWN_METRICS);

/** Without linborg's own figures: whether its forecasts of a fleet can be trusted does not hang on those of itself. */
function ofTheFleet(report: TruthReport): TruthReport {
  const isOfFleet = ({ metric }: { readonly metric: string }) => !OWN.has(metric);
  return { ...report, accuracy: report.accuracy.filter(isOfFleet), serving: report.serving.filter(isOfFleet) };
}

/** Judges what Prometheus recorded of a fleet's forecasts. @returns forecasts judged */
function judgeRecorded(
  truth: Truth,
  frames: readonly Frame[],
  recorded: ReadonlyMap<string, readonly RecordedForecast[]>,
): number {
  return frames.reduce((sum, frame) => sum + truth.judgeRecorded(frame, recorded.get(frame.server) ?? []), 0);
}
