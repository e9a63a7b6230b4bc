/** The ledger of forecasts: what was forecast, what came, and what follows for the next forecasts. */
import type { Frame } from '../core/flow.js';
import { bucketValue } from '../core/frame.js';
import { upperBound } from '../core/metrics.js';
import type { Profile } from '../core/profiles.js';
import { seedFor } from '../core/random.js';
import { TRUTH_HORIZONS, type TruthHorizon, type TruthReport } from '../core/truth.js';
import { AccuracyBook, HORIZON_STEP } from './accuracy.js';
import { baselineMethods } from './baselines.js';
import { writeFactors } from './conformal.js';
import { Groups, type ProfileGroup } from './groups.js';
import { LEDGER_STEPS } from './horizonBins.js';
import { IncidentLedger } from './incidents/incidentLedger.js';
import type { TruthOptions } from './options.js';
import { slotsFor } from './pending.js';
import { modelAlone, type ServingPlan, serveOneMethod } from './plan.js';
import { isPlanned } from './planned.js';
import { seasonalScale } from './seasonalScale.js';
import { checkShapes, type JudgedStep, type MadeForecast, SeriesLedger } from './seriesLedger.js';

export interface TruthSettings {
  readonly options: TruthOptions;
  /** The model's name, then the names of its candidate forecasts, in the order of `candidates`. */
  readonly methods: readonly string[];
  readonly stepSeconds: number;
  /** Whether servers take turns within the interval, so that not all are due in the same cycle. A backtest does not. */
  readonly isSpread: boolean;
}

/** A forecast of one series, as it goes into the ledger. */
export interface LedgerEntry extends MadeForecast {
  readonly server: string;
  readonly metric: string;
  readonly profile: Profile;
  /** Epoch seconds at which it was made. */
  readonly at: number;
}

/** A forecast that Prometheus recorded, one horizon of it. */
export interface RecordedForecast {
  readonly metric: string;
  readonly horizon: TruthHorizon;
  /** Index of the last bucket that was known. */
  readonly origin: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
}

interface ServerLedger {
  /** Number of the interval in which it was last recorded. */
  lastTurn: number;
  readonly series: Map<string, { readonly ledger: SeriesLedger; readonly group: ProfileGroup }>;
}

/** The report's horizon of each of LEDGER_STEPS; undefined for those between. */
const REPORTED = LEDGER_STEPS.map((step) => TRUTH_HORIZONS.find((horizon) => HORIZON_STEP[horizon] === step));

/**
 * Judges forecasts as they come due and plans what to serve. One cycle: `plan` for every series, forecast, `record` those of
 * servers that are due, `resolve` every frame, `settle` once. The order of servers and series within a cycle changes nothing.
 */
export class Truth {
  /** Promised breaches; resolved, settled and forgotten along with the forecasts. */
  readonly incidents: IncidentLedger;
  readonly #settings: TruthSettings;
  readonly #slots: number;
  readonly #servers = new Map<string, ServerLedger>();
  readonly #groups: Groups;
  readonly #accuracy: AccuracyBook;
  /** Of hindcasts. */
  readonly #hindsight: AccuracyBook;
  /** Plans of series without evidence of their own, by metric and profile; valid until `settle`. */
  readonly #pooledPlans = new Map<string, ServingPlan>();
  #series = 0;
  /** Steps judged, by where their forecast came from. */
  readonly #judged = { served: 0, recorded: 0, hindcasts: 0 };
  #since = Number.NaN;

  constructor(settings: TruthSettings) {
    const { options, stepSeconds, methods } = settings;
    const baselines = baselineMethods(methods);
    const halfLife = options.halfLifeSeconds / stepSeconds;
    this.#settings = settings;
    const everySteps = Math.max(1, Math.round(options.everySeconds / stepSeconds));
    this.#slots = slotsFor(everySteps);
    this.incidents = new IncidentLedger({
      everySteps,
      halfLifeBuckets: halfLife,
      maxThresholds: options.maxSeries,
    });
    this.#groups = new Groups(baselines, halfLife);
    this.#accuracy = new AccuracyBook(baselines, halfLife);
    this.#hindsight = new AccuracyBook(baselines, halfLife);
  }

  /** What to serve for a series. The array must not be changed; it may be sent to a thread by copy. */
  plan(server: string, metric: string, profile: Profile): ServingPlan {
    const known = this.#servers.get(server)?.series.get(metric);
    if (known !== undefined) {
      const { ledger, group } = known;
      return this.#serve(ledger.plan(group), group);
    }
    const key = `${metric}\n${profile}`;
    let plan = this.#pooledPlans.get(key);
    if (plan === undefined) {
      const group = this.#groups.of(metric, profile);
      plan = modelAlone(this.#settings.methods.length);
      writeFactors(undefined, group, this.#settings.methods.length, plan);
      plan = this.#serve(plan, group);
      this.#pooledPlans.set(key, plan);
    }
    return plan;
  }

  /** Whether a server's forecasts shall be recorded at epoch second `at`: once per interval, each server at its own time. */
  isDue(server: string, at: number): boolean {
    if (!this.#settings.options.isEnabled) return false;
    return this.#turnOf(server, at) > (this.#servers.get(server)?.lastTurn ?? Number.NEGATIVE_INFINITY);
  }

  /** Puts a forecast into the ledger; false if there is no room for its series, or it is no newer than the last. */
  record(entry: LedgerEntry): boolean {
    const { server, metric, profile } = entry;
    checkShapes(entry, this.#settings.methods.length);
    let known = this.#servers.get(server);
    let series = known?.series.get(metric);
    if (series === undefined && this.#series >= this.#settings.options.maxSeries) return false;
    if (known === undefined) {
      known = { lastTurn: Number.NEGATIVE_INFINITY, series: new Map() };
      this.#servers.set(server, known);
    }
    if (series === undefined) {
      const ledger = new SeriesLedger(this.#settings.methods.length, this.#slots);
      series = { ledger, group: this.#groups.of(metric, profile) };
      known.series.set(metric, series);
      this.#series++;
    }
    known.lastTurn = this.#turnOf(server, entry.at);
    const isBlended = series.group.baseline === undefined;
    if (!series.ledger.record(entry, upperBound(metric), isBlended)) return false;
    if (entry.wasServed && !(entry.at >= this.#since)) this.#since = entry.at;
    return true;
  }

  /**
   * Judges what came due in a frame. Absent actuals are skipped, and so is every step with planned maintenance between the
   * forecast and its time: nobody told the forecast of that.
   * @param before  only buckets before this one are read; the default leaves out the newest, which may be partial
   * @returns steps judged
   */
  resolve(frame: Frame, before = frame.newest): number {
    this.incidents.resolve(frame, Math.min(before, frame.newest + 1));
    const known = this.#servers.get(frame.server);
    if (known === undefined) return 0;
    const end = Math.min(before, frame.newest + 1);
    let judged = 0;
    for (const [metric, { ledger, group }] of known.series) {
      if (ledger.nextDue >= end) continue;
      const row = frame.metrics.indexOf(metric);
      if (row < 0) {
        ledger.discard(end);
        continue;
      }
      const history = {
        actualAt: (bucket: number) => bucketValue(frame, row, bucket),
        scaleUntil: (bucket: number) => seasonalScale(frame, row, bucket),
        isPlanned: (first: number, last: number) => isPlanned(frame, first, last),
      };
      ledger.resolve(end, history, group, (step) => {
        this.#take(metric, group, step);
        this.#judged[step.wasServed ? 'served' : 'hindcasts']++;
        judged++;
      });
    }
    return judged;
  }

  /** Lets forecasts that Prometheus recorded before a restart count for live accuracy, where their time has come. */
  judgeRecorded(frame: Frame, forecasts: readonly RecordedForecast[]): number {
    const scales = new Map<number, number>();
    let judged = 0;
    for (const { metric, horizon, origin, p10, p50, p90 } of forecasts) {
      const bucket = origin + HORIZON_STEP[horizon];
      const row = frame.metrics.indexOf(metric);
      if (row < 0 || bucket >= frame.newest || !Number.isFinite(p10 + p50 + p90)) continue;
      if (isPlanned(frame, origin, bucket)) continue;
      const actual = bucketValue(frame, row, bucket);
      if (Number.isNaN(actual)) continue;
      let scale = scales.get(row);
      if (scale === undefined) {
        scale = seasonalScale(frame, row, bucket);
        scales.set(row, scale);
      }
      this.#accuracy.add({ metric, horizon, bucket, actual, p10, p50, p90, scale });
      judged++;
    }
    this.#judged.recorded += judged;
    return judged;
  }

  /** Ends a cycle at epoch second `at`: shared calibration and the choice of who serves take in what came due. */
  settle(at: number): void {
    this.#groups.settle(at);
    this.incidents.settle();
    this.#pooledPlans.clear();
  }

  /** All that is known, without drift. */
  report(at: number): TruthReport {
    let pending = 0;
    for (const { series } of this.#servers.values()) {
      for (const { ledger } of series.values()) pending += ledger.pending;
    }
    const { served, recorded, hindcasts } = this.#judged;
    return {
      at,
      since: this.#since,
      pending,
      judged: served,
      judgedAtStart: { recorded, hindcasts },
      accuracy: this.#accuracy.report(),
      hindsight: this.#hindsight.report(),
      serving: this.#groups.serving(this.#settings.methods[0]!),
      incidents: this.incidents.report(),
    };
  }

  /** Drops a server that has vanished. What its forecasts taught its metrics stays. */
  forget(server: string): void {
    this.incidents.forget(server);
    this.#series -= this.#servers.get(server)?.series.size ?? 0;
    this.#servers.delete(server);
  }

  #take(metric: string, group: ProfileGroup, step: JudgedStep): void {
    const { bucket, errors, actual, scale, p10, p50, p90 } = step;
    const horizon = REPORTED[step.step];
    if (horizon !== undefined) {
      const book = step.wasServed ? this.#accuracy : this.#hindsight;
      book.add({ metric, horizon, bucket, actual, p10, p50, p90, scale, errors });
    }
    if (Number.isNaN(scale)) return;
    for (let m = 0; m < errors.length; m++) errors[m]! /= scale;
    group.compare(bucket, step.blendError / scale, errors);
  }

  /** The blend, or the baseline that serves its group. */
  #serve(plan: ServingPlan, group: ProfileGroup): ServingPlan {
    const { baseline } = group;
    return baseline === undefined ? plan : serveOneMethod(plan, this.#settings.methods.length, baseline.method);
  }

  #turnOf(server: string, at: number): number {
    const { everySeconds } = this.#settings.options;
    const offset = this.#settings.isSpread ? (seedFor(0, server) >>> 0) % everySeconds : 0;
    return Math.floor((at - offset) / everySeconds);
  }
}
