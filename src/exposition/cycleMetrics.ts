/** The per-server metrics of one cycle, rendered once and kept ready for every scrape. */
import { renderCycleSeries, type SeriesCount } from './cycleSeries.js';
import type { ServerView } from './cycleView.js';
import { crc32, type GzipHead, startGzip } from './joinableGzip.js';
import type { ExportOptions } from './options.js';
import { joinPieces } from './pieces.js';

/** Ready text; the same bytes are valid in Prometheus' text format 0.0.4 and in OpenMetrics. */
export interface CycleMetrics extends SeriesCount {
  readonly text: Buffer;
  readonly gzip: GzipHead;
}

/** @param ranked riskiest first: the budget takes forecasts from the end */
export async function renderCycleMetrics(
  at: number,
  ranked: readonly ServerView[],
  options: ExportOptions,
): Promise<CycleMetrics> {
  let crc = 0;
  const { text, result } = await joinPieces(renderCycleSeries(at, ranked, options), (chunk) => {
    crc = crc32(chunk, crc);
  });
  return { ...result, text, gzip: await startGzip(text, crc) };
}
