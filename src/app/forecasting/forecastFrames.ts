/** Frames → forecasts: rows of all servers fill batches together, and come back as one list per server. */
import type { Forecast, Frame } from '../../core/flow.js';
import { upperBound } from '../../core/metrics.js';
import { EVIDENCE_LAYOUT, EVIDENCE_SIZE, FORECAST_SIZE, type ForecastBlock } from '../../model/forecaster.js';
import { metricId, profileId } from '../../model/inputs/contract.js';
import { isForecastable } from '../../windows/forecastable.js';
import { type ForecastJob, type JobServer, ROW_WIDTH } from './protocol.js';

/** Series in one job: four batches of a worker, about a tenth of a second of work. */
const JOB_SERIES = 256;

/** Forecasts rows; a pool of workers, or a forecaster of one's own. */
export type ForecastRows = (job: Omit<ForecastJob, 'id'>) => Promise<ForecastBlock>;

export interface FrameForecasts {
  /** One list per frame, in the frames' order; empty where nothing could be forecast. */
  readonly forecasts: readonly (readonly Forecast[])[];
  /** Rows that a job failed on, with the first reason. */
  readonly failedSeries: number;
  readonly failure: string | undefined;
}

/** A row on its way. */
interface PlacedRow {
  readonly frameIndex: number;
  readonly row: number;
}

/** Forecasts every row that can be forecast. A failing job costs its own series only. */
export async function forecastFrames(
  frames: readonly Frame[],
  forecastRows: ForecastRows,
  model: string,
): Promise<FrameForecasts> {
  const forecasts: Forecast[][] = frames.map(() => []);
  let failedSeries = 0;
  let failure: string | undefined;
  await Promise.all(
    jobsOf(frames).map(async (placed) => {
      try {
        const block = await forecastRows(toJob(frames, placed));
        placed.forEach((place, i) => {
          forecasts[place.frameIndex]!.push(toForecast(frames[place.frameIndex]!, place.row, block, i, model));
        });
      } catch (error) {
        failedSeries += placed.length;
        failure ??= (error as Error).message;
      }
    }),
  );
  return { forecasts, failedSeries, failure };
}

function jobsOf(frames: readonly Frame[]): PlacedRow[][] {
  const jobs: PlacedRow[][] = [];
  let job: PlacedRow[] = [];
  frames.forEach((frame, frameIndex) => {
    for (let row = 0; row < frame.metrics.length; row++) {
      if (!isForecastable(frame, row)) continue;
      if (job.length === JOB_SERIES) job = [];
      if (job.length === 0) jobs.push(job);
      job.push({ frameIndex, row });
    }
  });
  return jobs;
}

function toJob(frames: readonly Frame[], placed: readonly PlacedRow[]): Omit<ForecastJob, 'id'> {
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
  return { servers, rows };
}

function toForecast(frame: Frame, row: number, block: ForecastBlock, i: number, model: string): Forecast {
  return {
    server: frame.server,
    metric: frame.metrics[row]!,
    origin: frame.newest * frame.stepSeconds,
    stepSeconds: frame.stepSeconds,
    values: block.values.subarray(i * FORECAST_SIZE, (i + 1) * FORECAST_SIZE),
    model,
    evidence: {
      layout: EVIDENCE_LAYOUT,
      weights: block.evidence.subarray(i * EVIDENCE_SIZE, (i + 1) * EVIDENCE_SIZE),
    },
  };
}
