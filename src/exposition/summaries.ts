/** What runs, in a few words each. */

export interface BuildSummary {
  readonly version: string;
  /** What runs the model, e.g. `tfjs-node` or `tfjs-wasm`. */
  readonly engine: string;
  /** e.g. `tensorflow` or `wasm`. */
  readonly backend: string;
  readonly nodeVersion: string;
}

export interface ModelSummary {
  readonly name: string;
  /** The folder that it was read from. */
  readonly path: string;
  /** When it was trained, ISO 8601. */
  readonly created: string;
  readonly parameters: number;
}

/** How a model fared on the part of a data set that training never saw. */
export interface CardAccuracy {
  readonly dataset: string;
  readonly series: number;
  /** Median over the series; below 1 is better than the same time yesterday. */
  readonly mase: number;
  /** Share of values inside p10–p90, 0–1; 0.8 is meant. */
  readonly coverage: number;
  /** Median MASE of the naive methods, by name. */
  readonly baselines: Readonly<Record<string, number>>;
  /** Whether the earlier part of the set was trained on; undefined where the model does not say. */
  readonly trainedOn: boolean | undefined;
}

export interface ModelCard extends ModelSummary {
  /** Kind of network, e.g. `tft`. */
  readonly network: string;
  readonly hidden: number;
  readonly datasets: readonly {
    readonly name: string;
    readonly servers: number;
    readonly series: number;
    /** ISO dates. */
    readonly from: string;
    readonly to: string;
  }[];
  readonly accuracy: readonly CardAccuracy[];
  /** Metrics and data sets on which the incident head was measured; 0 = there is no head. */
  readonly incidentMeasurements: number;
  /** Median over those of its AUROC within 8 hours, NaN where none is known. */
  readonly incidentAuroc: number;
}
