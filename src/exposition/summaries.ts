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
