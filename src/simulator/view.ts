/** What a target of the simulator shows to whoever scrapes it: a fixed list of series, whose values belong to a moment. */

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
}

export interface ShownSeries {
  readonly family: Family;
  /** In the order in which they are shown. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface View {
  /** Labels that a scrape adds to every series. */
  readonly target: { readonly job: string; readonly instance: string };
  /** Those of a family stand together. */
  readonly series: readonly ShownSeries[];
  /**
   * Writes the values at this time (epoch seconds), in the order of `series`; NaN where a series is absent.
   * @param offset position in `values` of the first series, `stride` apart
   * @returns false, with nothing written, while the server is down
   */
  readAt(at: number, values: Float64Array, offset?: number, stride?: number): boolean;
}

/** Opens the view of each server, by the server's name. */
export type Views = ReadonlyMap<string, () => View>;
