/** The metrics of one cycle, rendered once and kept ready for every scrape. */

import { crc32 } from '../core/crc32.js';
import { renderCycleSeries, type SeriesCount } from './cycleSeries.js';
import type { CycleView } from './cycleView.js';
import { type GzipHead, startGzip } from './joinableGzip.js';
import type { ExportOptions } from './options.js';
import { joinPieces } from './pieces.js';

/** Ready text; the same bytes are valid in Prometheus' text format 0.0.4 and in OpenMetrics. */
export interface CycleMetrics extends SeriesCount {
  readonly text: Buffer;
  readonly gzip: GzipHead;
}

/** @param cycle its servers riskiest first: the budget takes forecasts from the end */
export async function renderCycleMetrics(cycle: CycleView, options: ExportOptions): Promise<CycleMetrics> {
  let crc = 0;
  const { text, result } = await joinPieces(renderCycleSeries(cycle, options), (chunk) => {
    crc = crc32(chunk, crc);
  });
  return { ...result, text, gzip: await startGzip(text, crc) };
}
