/** The `export:` block: which forecasts become series on /metrics; and of `future:`, what remote read answers with. */
import { z } from 'zod';
import { formatDuration } from '../core/duration.js';
import { type ForecastAge, HORIZON_STEPS, LEVEL_NAMES, type LevelName } from '../core/flow.js';
import { durationSeconds } from '../core/options.js';
import { FUTURE_LABELS, LABEL_NAME } from '../core/serverLabels.js';

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

export interface FutureOptions {
  /** Samples in one answer of /api/v1/read. */
  readonly maxSamples: number;
  /** Labels that all series of the future carry. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly past: {
    /** Ascending. */
    readonly ages: readonly ForecastAge[];
    readonly everySeconds: number;
    readonly maxBytes: number;
  };
}

/** Labels that the series of the future have already. */
const OWN_LABELS: readonly string[] = FUTURE_LABELS;

const externalLabelName = z
  .string()
  .regex(LABEL_NAME, { error: 'expected the name of a label such as cluster' })
  .refine((name) => !OWN_LABELS.includes(name), { error: 'is a label that the series have already; expected another' });

/** The fields of `future:` about reading, as they stand in the file. */
export const futureReadFields = {
  external_labels: z.record(externalLabelName, z.string()).default({}),
  // 10,000 servers with one path of 96 steps each; about 20 MB, and seconds of work in turns of a few milliseconds.
  max_samples: z.int().min(1000).default(1_000_000),
  ages: z.array(horizon).max(10).prefault(['1h', '4h', '8h']),
  keep_every: durationSeconds.prefault('30m'),
  // About 700 servers with all 14 metrics.
  keep_max_bytes: z.int().min(0).default(67_108_864),
};

type FutureReadFields = { readonly [key in keyof typeof futureReadFields]: z.output<(typeof futureReadFields)[key]> };

/** Decoded fields → options. */
export function futureOptionsOf(fields: FutureReadFields): FutureOptions {
  return {
    maxSamples: fields.max_samples,
    // As in Prometheus, an empty value is no label: so one may come from a variable of the environment that is not set everywhere.
    externalLabels: Object.fromEntries(Object.entries(fields.external_labels).filter(([, value]) => value !== '')),
    past: {
      ages: [...new Set(fields.ages)]
        .sort((a, b) => a - b)
        .map((seconds) => ({ name: formatDuration(seconds), seconds })),
      everySeconds: fields.keep_every,
      maxBytes: fields.keep_max_bytes,
    },
  };
}
