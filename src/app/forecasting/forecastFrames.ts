/** Frames → forecasts: rows of all servers fill batches together, and come back as one list per server. */
import type { Forecast, Frame } from '../../core/flow.js';
import { upperBound } from '../../core/metrics.js';
import { CANDIDATES_SIZE, FORECAST_SIZE, type ForecastBlock } from '../../model/forecaster.js';
import { metricId, profileId } from '../../model/inputs/contract.js';
import { evidenceSize } from '../../model/network/network.js';
import { isForecastable } from '../../windows/forecastable.js';
import { type ForecastJob, type JobServer, ROW_WIDTH } from './protocol.js';

/** Series in one job: four batches of a worker, about a tenth of a second of work. */
const JOB_SERIES = 256;

/** Forecasts rows; a pool of workers, or a forecaster of one's own. */
export type ForecastRows = (job: Omit<ForecastJob, 'id'>) => Promise<ForecastBlock>;

/** What lay behind one forecast, for those who judge it later. */
export interface ForecastDetails {
  /** [HORIZON_STEPS × QUANTILE_LEVELS]: the model's own quantiles, before anything corrects them. */
  readonly raw: Float32Array;
  /** [HORIZON_STEPS × CANDIDATES], in the metric's unit. */
  readonly candidates: Float32Array;
}

export interface FrameForecasts {
  /** One list per frame, in the frames' order; empty where nothing could be forecast. */
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
}

interface PlacedJob {
  readonly details: boolean;
  readonly placed: PlacedRow[];
}

/**
 * Forecasts every row that can be forecast. A failing job costs its own series only.
 * @param wantsDetails  tells by its index which frame's details are wanted
 */
export async function forecastFrames(
  frames: readonly Frame[],
  forecastRows: ForecastRows,
  model: string,
  wantsDetails: (frameIndex: number) => boolean = () => false,
): Promise<FrameForecasts> {
  const forecasts: Forecast[][] = frames.map(() => []);
  const details: ForecastDetails[][] = frames.map(() => []);
  let failedSeries = 0;
  let failure: string | undefined;
  await Promise.all(
    jobsOf(frames, wantsDetails).map(async (job) => {
      const { placed } = job;
      try {
        const block = await forecastRows(toJob(frames, job));
        placed.forEach(({ frameIndex, row }, i) => {
          forecasts[frameIndex]!.push(toForecast(frames[frameIndex]!, row, block, i, model));
          if (job.details) details[frameIndex]!.push(toDetails(block, i));
        });
      } catch (error) {
        failedSeries += placed.length;
        failure ??= (error as Error).message;
      }
    }),
  );
  return { forecasts, details, failedSeries, failure };
}

/** Rows with and without details go in jobs of their own: only what is wanted passes between the threads. */
function jobsOf(frames: readonly Frame[], wantsDetails: (frameIndex: number) => boolean): PlacedJob[] {
  const jobs: PlacedJob[] = [];
  const open = new Map<boolean, PlacedJob>();
  frames.forEach((frame, frameIndex) => {
    const details = wantsDetails(frameIndex);
    for (let row = 0; row < frame.metrics.length; row++) {
      if (!isForecastable(frame, row)) continue;
      let job = open.get(details);
      if (job === undefined || job.placed.length === JOB_SERIES) {
        job = { details, placed: [] };
        open.set(details, job);
        jobs.push(job);
      }
      job.placed.push({ frameIndex, row });
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
    rows.set([servers.length - 1, row, metricId(metric), upperBound(metric) === 100 ? 1 : 0], i * ROW_WIDTH);
  });
  return { servers, rows, details };
}

function toForecast(frame: Frame, row: number, block: ForecastBlock, i: number, model: string): Forecast {
  const width = evidenceSize(block.layout);
  return {
    server: frame.server,
    metric: frame.metrics[row]!,
    origin: frame.newest * frame.stepSeconds,
    stepSeconds: frame.stepSeconds,
    values: block.values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE),
    model,
    evidence: {
      layout: block.layout,
      weights: block.evidence.subarray(i * width, (i + 1) * width),
    },
  };
}

function toDetails({ values, candidates }: ForecastBlock, i: number): ForecastDetails {
  if (candidates === undefined) throw new TypeError('a job that asked for details was answered without candidates');
  return {
    raw: values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE),
    candidates: candidates.subarray(i * CANDIDATES_SIZE, (i + 1) * CANDIDATES_SIZE),
  };
}
