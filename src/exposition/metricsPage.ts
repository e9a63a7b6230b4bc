/** The answer to a scrape: the cycle's ready text, then the exporter's own metrics. */

import { crc32 } from '../core/crc32.js';
import type { CycleMetrics } from './cycleMetrics.js';
import type { ExporterMetrics } from './exporterMetrics.js';
import { renderExporterText, type TextFormat } from './exporterText.js';
import { finishGzip, startGzip } from './joinableGzip.js';

const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export interface ScrapeWish {
  readonly format: TextFormat;
  readonly gzip: boolean;
}

export interface ScrapeAnswer {
  readonly contentType: string;
  /** One after the other. The cycle's text is not copied: with 10,000 servers it has 32 MB. */
  readonly parts: readonly Buffer[];
}

/** @param cycle undefined before the first cycle and once its result is withdrawn: only the exporter's own metrics */
export async function renderMetricsPage(
  cycle: CycleMetrics | undefined,
  exporter: ExporterMetrics,
  { format, gzip }: ScrapeWish,
): Promise<ScrapeAnswer> {
  const own = Buffer.from(await renderExporterText(exporter, format));
  const contentType = CONTENT_TYPES[format];
  if (gzip) return { contentType, parts: await finishGzip(cycle?.gzip ?? (await emptyGzip()), own) };
  return { contentType, parts: cycle ? [cycle.text, own] : [own] };
}

function emptyGzip() {
  const nothing = Buffer.alloc(0);
  return startGzip(nothing, crc32(nothing));
}
