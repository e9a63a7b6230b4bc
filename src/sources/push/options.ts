/** The `push:` block: records that clients send to /feed/data. */
import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../../core/metrics.js';

export interface PushOptions {
  readonly isEnabled: boolean;
  /** `strict`: one faulty record refuses its batch. `lenient`: it is left out. */
  readonly validation: 'strict' | 'lenient';
  /** Metrics that records may lack. */
  readonly optionalMetrics: ReadonlySet<MetricName>;
  /** Records that a server needs before its first forecast. */
  readonly warmupRecords: number;
  /** Servers beyond are refused. */
  readonly maxServers: number;
  /** Of the write-ahead file, all of it. */
  readonly walMaxBytes: number;
}

const pushSchema = z
  .strictObject({
    // Whoever can reach the door can invent servers: it is opened on purpose.
    enabled: z.boolean().default(false),
    validation: z.enum(['strict', 'lenient']).default('strict'),
    optional_metrics: z.array(z.enum(METRIC_NAMES as [MetricName, ...MetricName[]])).default([]),
    // As the first generation of the older daemons had it.
    warmup_records_per_server: z.int().min(1).default(150),
    // A window takes about 0.2 MB.
    max_servers: z.int().min(1).default(5000),
    // Twelve million records: eight days of a thousand servers with a record a minute.
    wal_max_bytes: z.int().min(1_048_576).default(1_073_741_824),
  })
  .prefault({})
  .transform(
    (block): PushOptions => ({
      isEnabled: block.enabled,
      validation: block.validation,
      optionalMetrics: new Set(block.optional_metrics),
      warmupRecords: block.warmup_records_per_server,
      maxServers: block.max_servers,
      walMaxBytes: block.wal_max_bytes,
    }),
  );

/** The fields as they stand in the file, for a schema that holds other rooms' keys too. */
export const pushFields = { push: pushSchema };
