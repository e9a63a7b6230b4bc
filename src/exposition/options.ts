/** The `export:` block: which forecasts become series on /metrics. */
import { z } from 'zod';
import { formatDuration } from '../core/duration.js';
import { HORIZON_STEPS, LEVEL_NAMES, type LevelName } from '../core/flow.js';
import { durationSeconds } from '../core/options.js';

/** The model's resolution times its steps: 8 h. */
const LONGEST_HORIZON_SECONDS = HORIZON_STEPS * 300;

export interface ExportHorizon {
  /** As in the label `horizon`, e.g. `30m`. */
  readonly name: string;
  readonly seconds: number;
}

export interface ExportOptions {
  /** Metrics whose forecasts are exported; undefined = all. */
  readonly metrics: ReadonlySet<string> | undefined;
  /** Ascending. */
  readonly horizons: readonly ExportHorizon[];
  /** Ascending. */
  readonly levels: readonly LevelName[];
  /** Budget of per-server series; forecasts of the least risky servers are left out first. */
  readonly maxSeries: number;
}

const metricName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: 'expected the name of a metric such as mem_used_pct' });

const horizon = durationSeconds.refine((seconds) => seconds <= LONGEST_HORIZON_SECONDS, {
  error: 'is beyond the forecast; expected at most 8h',
});

/** Decodes the block; every key has a default. */
export const exportOptionsSchema = z
  .strictObject({
    metrics: z.array(metricName).min(1, { error: 'is empty; leave the key out to export all metrics' }).optional(),
    horizons: z.array(horizon).min(1).prefault(['30m', '1h', '4h', '8h']),
    levels: z
      .array(z.enum(LEVEL_NAMES))
      .min(1)
      .default([...LEVEL_NAMES]),
    // 1,000 servers with all 14 metrics, 4 horizons and 3 levels make 168,000 forecasts.
    max_series: z.int().min(0).default(200_000),
  })
  .prefault({})
  .transform(
    (block): ExportOptions => ({
      metrics: block.metrics && new Set(block.metrics),
      horizons: [...new Set(block.horizons)]
        .sort((a, b) => a - b)
        .map((seconds) => ({ name: formatDuration(seconds), seconds })),
      levels: LEVEL_NAMES.filter((level) => block.levels.includes(level)),
      maxSeries: block.max_series,
    }),
  );
