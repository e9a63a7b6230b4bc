/** The future as remote-write requests, for stores that take samples which lie ahead. */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { HORIZON_STEPS } from '../../core/flow.js';
import type { ExportOptions, FutureOptions } from '../options.js';
import type { PublishedCycle } from '../publishedCycle.js';
import { ALL_TIMES, eachSample, type FutureSeries, RISK_METRIC, selectFuture } from './futureSeries.js';
import { compressInTurns } from './snappy.js';
import { writeTimeSeries } from './timeSeries.js';
import { Turns } from './turns.js';

/** Of one request: about 300 KB uncompressed, a few milliseconds of encoding. */
const BATCH_SAMPLES = 10_000;

export interface WriteBatch {
  /** A WriteRequest, compressed. */
  readonly body: Buffer;
  readonly samples: number;
}

/** The newest forecasts of the exported metrics and levels, and the risk along them. */
export async function* writeFuture(
  cycle: PublishedCycle,
  exported: ExportOptions,
  { externalLabels }: FutureOptions,
): AsyncGenerator<WriteBatch> {
  let writer = new BinaryWriter();
  let samples = 0;
  const turns = new Turns();
  for (const ofServer of selectFuture(cycle, { matchers: [], range: ALL_TIMES, externalLabels })) {
    for (const series of ofServer.filter((one) => isExported(one, exported))) {
      writeTimeSeries(writer, series.labels, (visit) => {
        samples += eachSample(series, ALL_TIMES, (milliseconds, value) =>
          visit(milliseconds + freshness(series, milliseconds / 1000 - cycle.at), value),
        );
      });
    }
    if (turns.isOver) await turns.next();
    if (samples < BATCH_SAMPLES) continue;
    yield { body: await compressInTurns([writer.finish()]), samples };
    writer = new BinaryWriter();
    samples = 0;
  }
  if (samples > 0) yield { body: await compressInTurns([writer.finish()]), samples };
}

function isExported({ labels }: FutureSeries, { metrics, levels }: ExportOptions): boolean {
  const labelled = (label: string) => labels.find(([name]) => name === label)?.[1];
  const metric = labelled('metric')!;
  if (metric === RISK_METRIC) return true;
  return (metrics?.has(metric) ?? true) && levels.some((level) => level === labelled('level'));
}

/**
 * Milliseconds, more than 0 and less than a step, by which a sample is written later than its step begins: the shorter it
 * lies ahead, the more. So of several forecasts for one step, which stores keep side by side, the newest is the last one.
 */
function freshness({ stepSeconds }: FutureSeries, secondsAhead: number): number {
  const share = 1 - secondsAhead / ((HORIZON_STEPS + 1) * stepSeconds);
  return Math.min(1000 * stepSeconds - 1, Math.max(1, Math.round(share * 1000 * stepSeconds)));
}
