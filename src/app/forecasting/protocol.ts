/** What passes between the main thread and a forecasting worker. */
import type { EngineKind } from '../../model/engine/types.js';
import type { Manifest } from '../../model/files/manifest.js';
import type { ForecastBlock } from '../../model/forecaster.js';

/** Given to a worker at its start. */
export interface WorkerStart {
  readonly modelPath: string;
  readonly engine: EngineKind | 'auto';
}

/** One server's window; `values` lies in shared memory, so that nothing is copied. */
export interface JobServer {
  readonly values: Float32Array;
  readonly capacity: number;
  readonly newest: number;
  readonly profileId: number;
}

/** Rows to forecast, in the order of the answer. */
export interface ForecastJob {
  readonly id: number;
  readonly servers: readonly JobServer[];
  /** [n × 4]: index into `servers`, row of its values, row of the metric embedding, upper bound of the values (0 = none). */
  readonly rows: Int32Array;
  /** Whether the answer holds the candidate forecasts and, where plans change it, what the model itself said, too. */
  readonly details: boolean;
  /** [n × THRESHOLD_WIDTH]: the threshold of each row; absent = no row has one. */
  readonly thresholds?: Float64Array;
  /** [n × planSize]: how each row is served; absent = all as the model says. */
  readonly plans?: Float32Array;
}

/** Forecasts as they are served. */
export interface ServedBlock extends ForecastBlock {
  /** [n, HORIZON_STEPS, QUANTILE_LEVELS]: the model's own quantiles; only where details were asked for and plans given. */
  readonly raw?: Float32Array;
  /** [n × INCIDENT_SIZE]: NaN for rows without a threshold; only where thresholds were given and the model has a head. */
  readonly breachProbability?: Float32Array;
}

/** Numbers per row of a job. */
export const ROW_WIDTH = 4;

/** Numbers per threshold: value (NaN = none), 1 for a breach above and −1 for one below, steps that a breach has to last. */
export const THRESHOLD_WIDTH = 3;

export interface ReadyMessage {
  readonly kind: 'ready';
  readonly engine: { readonly kind: EngineKind; readonly version: string; readonly reason: string };
  readonly manifest: Omit<Manifest, 'golden'>;
}

export type WorkerMessage =
  | ReadyMessage
  /** The worker cannot start; the message is for a person. */
  | { readonly kind: 'refused'; readonly message: string }
  | ({ readonly kind: 'forecast'; readonly id: number } & ServedBlock)
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
