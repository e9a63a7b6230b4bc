/** Frames → forecasts: rows of all servers fill batches together, and come back as one list per server. */
import type { Forecast, Frame } from '../../core/flow.js';
import { upperBound } from '../../core/metrics.js';
import { CANDIDATES_SIZE, FORECAST_SIZE } from '../../model/forecaster.js';
import { INCIDENT_SIZE } from '../../model/incident/contract.js';
import { CANDIDATES, metricId, profileId, STATIC_FIGURES } from '../../model/inputs/contract.js';
import { evidenceSize } from '../../model/network/network.js';
import type { Threshold } from '../../scoring/limit.js';
import { modelAlone, planSize, type ServingPlan } from '../../truth/plan.js';
import { isForecastable } from '../../windows/forecastable.js';
import { type ForecastJob, type JobServer, ROW_WIDTH, type ServedBlock, THRESHOLD_WIDTH } from './protocol.js';

/** The model and the candidates. */
const METHODS = CANDIDATES.length + 1;

/** Series in one job: four batches of a worker, about a tenth of a second of work. */
const JOB_SERIES = 256;

/** Forecasts rows; a pool of workers, or a forecaster of one's own. */
export type ForecastRows = (job: Omit<ForecastJob, 'id'>) => Promise<ServedBlock>;

/** What lay behind one forecast, for those who judge it later. */
export interface ForecastDetails {
  /** [HORIZON_STEPS × QUANTILE_LEVELS]: the model's own quantiles, before anything corrects them. */
  readonly raw: Float32Array;
  /** [HORIZON_STEPS × CANDIDATES], in the metric's unit. */
  readonly candidates: Float32Array;
  /** [STATIC_FIGURES]: what the network was told of the window. */
  readonly figures: Float32Array;
}

export interface FrameForecasts {
  /** One list per frame, in the frames' order, each in the order of the frame's rows; empty where nothing could be forecast. */
  readonly forecasts: readonly (readonly Forecast[])[];
  /** In the order of `forecasts`; an empty list for a frame whose details were not asked for. */
  readonly details: readonly (readonly ForecastDetails[])[];
  /** Rows that a job failed on, with the first reason. */
  readonly failedSeries: number;
  readonly failure: string | undefined;
}

/** A row on its way. */
interface PlacedRow {
  readonly frameIndex: number;
  readonly row: number;
  /** Where its forecast stands among those of its frame. */
  readonly place: number;
}

interface PlacedJob {
  readonly details: boolean;
  readonly placed: PlacedRow[];
}

/** What is asked for besides the forecasts themselves. */
export interface FrameWishes {
  /** Tells by its index which frame's details are wanted; none unless given. */
  readonly wantsDetails?: (frameIndex: number) => boolean;
  /** How a metric of a frame is served; undefined = as the model says, as all are unless given. */
  readonly planOf?: (frame: Frame, metric: string) => ServingPlan | undefined;
  /** Forecasts that are there already and not made again, without details; none unless given. */
  readonly known?: (frameIndex: number, metric: string) => Forecast | undefined;
  /** The threshold of a frame's metric whose breach is to be foretold; none unless given. */
  readonly thresholdOf?: (frameIndex: number, metric: string) => Threshold | undefined;
  /** What is served in place of the head's probabilities [RISK_HORIZONS]; as the head says unless given. */
  readonly recalibrate?: (frame: Frame, metric: string, raw: Float32Array) => Float32Array;
}

/** Forecasts every row that can be forecast. A failing job costs its own series only. */
export async function forecastFrames(
  frames: readonly Frame[],
  forecastRows: ForecastRows,
  model: string,
  { wantsDetails = () => false, planOf, known, thresholdOf, recalibrate }: FrameWishes = {},
): Promise<FrameForecasts> {
  const forecasts: Forecast[][] = frames.map(() => []);
  const details: ForecastDetails[][] = frames.map(() => []);
  let failedSeries = 0;
  let failure: string | undefined;
  await Promise.all(
    jobsOf(frames, wantsDetails, known).map(async (job) => {
      const { placed } = job;
      try {
        const thresholds = thresholdsOf(frames, job, thresholdOf);
        const block = await forecastRows({ ...toJob(frames, job), ...plansOf(frames, job, planOf), ...thresholds });
        placed.forEach(({ frameIndex, row, place }, i) => {
          const frame = frames[frameIndex]!;
          const forecast = toForecast(frame, row, block, i, model);
          // To its place, not to the end: which job ends first is chance.
          forecasts[frameIndex]![place] =
            recalibrate === undefined ? forecast : recalibrated(forecast, frame, recalibrate);
          if (job.details) details[frameIndex]![place] = toDetails(block, i);
        });
      } catch (error) {
        failedSeries += placed.length;
        failure ??= (error as Error).message;
      }
    }),
  );
  const whole = failedSeries === 0 ? { forecasts, details } : withoutHoles(forecasts, details);
  // Behind the others, whose places are those of their details.
  frames.forEach(({ metrics }, i) => {
    whole.forecasts[i]!.push(...metrics.flatMap((metric) => known?.(i, metric) ?? []));
  });
  return { ...whole, failedSeries, failure };
}

/** Without the places of what failed. */
function withoutHoles(forecasts: readonly Forecast[][], details: readonly ForecastDetails[][]) {
  const filled = <T>(lists: readonly T[][]): T[][] => lists.map((list) => list.filter((entry) => entry !== undefined));
  return { forecasts: filled(forecasts), details: filled(details) };
}

/** Rows with and without details go in jobs of their own: only what is wanted passes between the threads. */
function jobsOf(
  frames: readonly Frame[],
  wantsDetails: (frameIndex: number) => boolean,
  known: FrameWishes['known'],
): PlacedJob[] {
  const jobs: PlacedJob[] = [];
  const open = new Map<boolean, PlacedJob>();
  frames.forEach((frame, frameIndex) => {
    const details = wantsDetails(frameIndex);
    let place = 0;
    for (let row = 0; row < frame.metrics.length; row++) {
      if (known?.(frameIndex, frame.metrics[row]!) || !isForecastable(frame, row)) continue;
      let job = open.get(details);
      if (job === undefined || job.placed.length === JOB_SERIES) {
        job = { details, placed: [] };
        open.set(details, job);
        jobs.push(job);
      }
      job.placed.push({ frameIndex, row, place: place++ });
    }
  });
  return jobs;
}

function toJob(frames: readonly Frame[], { placed, details }: PlacedJob): Omit<ForecastJob, 'id'> {
  const servers: JobServer[] = [];
  const rows = new Int32Array(placed.length * ROW_WIDTH);
  let lastFrame = -1;
  placed.forEach(({ frameIndex, row }, i) => {
    const { values, capacity, newest, profile, metrics } = frames[frameIndex]!;
    if (frameIndex !== lastFrame) {
      servers.push({ values, capacity, newest, profileId: profileId(profile) });
      lastFrame = frameIndex;
    }
    const metric = metrics[row]!;
    const upper = upperBound(metric);
    rows.set([servers.length - 1, row, metricId(metric), Number.isFinite(upper) ? upper : 0], i * ROW_WIDTH);
  });
  return { servers, rows, details };
}

/** The plans of a job's rows; nothing where every row is served as the model says. */
function plansOf(frames: readonly Frame[], { placed }: PlacedJob, planOf: FrameWishes['planOf']) {
  const plans = placed.map(({ frameIndex, row }) => {
    const frame = frames[frameIndex]!;
    return planOf?.(frame, frame.metrics[row]!);
  });
  if (plans.every((plan) => plan === undefined)) return {};
  const size = planSize(METHODS);
  const all = new Float32Array(placed.length * size);
  plans.forEach((plan, i) => {
    all.set(plan ?? modelAlone(METHODS), i * size);
  });
  return { plans: all };
}

/** The thresholds of a job's rows; nothing where no row has one. */
function thresholdsOf(frames: readonly Frame[], { placed }: PlacedJob, thresholdOf: FrameWishes['thresholdOf']) {
  if (thresholdOf === undefined) return {};
  const thresholds = new Float64Array(placed.length * THRESHOLD_WIDTH).fill(Number.NaN);
  placed.forEach(({ frameIndex, row }, i) => {
    const { metrics, stepSeconds } = frames[frameIndex]!;
    const threshold = thresholdOf(frameIndex, metrics[row]!);
    if (threshold === undefined) return;
    const { value, direction, sustainedSeconds } = threshold;
    const steps = Math.max(1, Math.round(sustainedSeconds / stepSeconds));
    thresholds.set([value, direction === 'above' ? 1 : -1, steps], i * THRESHOLD_WIDTH);
  });
  return { thresholds };
}

function toForecast(frame: Frame, row: number, block: ServedBlock, i: number, model: string): Forecast {
  const width = evidenceSize(block.layout);
  const breachProbability = block.breachProbability?.subarray(i * INCIDENT_SIZE, (i + 1) * INCIDENT_SIZE);
  return {
    server: frame.server,
    metric: frame.metrics[row]!,
    origin: frame.newest * frame.stepSeconds,
    stepSeconds: frame.stepSeconds,
    values: block.values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE),
    model,
    ...(breachProbability && !Number.isNaN(breachProbability[0]!) && { breachProbability }),
    evidence: {
      layout: block.layout,
      weights: block.evidence.subarray(i * width, (i + 1) * width),
    },
  };
}

function recalibrated(
  forecast: Forecast,
  frame: Frame,
  recalibrate: NonNullable<FrameWishes['recalibrate']>,
): Forecast {
  const { breachProbability: raw, metric } = forecast;
  if (raw === undefined) return forecast;
  return { ...forecast, breachProbability: recalibrate(frame, metric, raw), rawBreachProbability: raw };
}

function toDetails({ values, raw = values, candidates, figures }: ServedBlock, i: number): ForecastDetails {
  if (candidates === undefined || figures === undefined)
    throw new TypeError('a job that asked for details was answered without candidates');
  return {
    raw: raw.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE),
    candidates: candidates.subarray(i * CANDIDATES_SIZE, (i + 1) * CANDIDATES_SIZE),
    figures: figures.subarray(i * STATIC_FIGURES.length, (i + 1) * STATIC_FIGURES.length),
  };
}
