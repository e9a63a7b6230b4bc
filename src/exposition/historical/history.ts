/** What the doors may ask of the past: what Prometheus recorded of linborg. The composition root implements it. */

/** One series of an answer; structurally what a source gives. */
export interface HistorySeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds, ascending. */
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** Moments `from`, `from + stepSeconds`, … `to`; epoch seconds. */
export interface HistorySpan {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

/** Expressions by name, or their answers by the same names. */
export type HistoryQueries<Name extends string> = Readonly<Record<Name, string>>;
export type HistoryAnswers<Name extends string> = Readonly<Record<Name, readonly HistorySeries[]>>;

export type HistoryReading<Name extends string> =
  | { readonly kind: 'read'; readonly answers: HistoryAnswers<Name> }
  /** There is no Prometheus, or it does not answer; in words. */
  | { readonly kind: 'unavailable'; readonly message: string };

export interface HistoryDoors {
  /** Label matchers, without braces, of the series that linborg's own are; empty = all. */
  selector(): string;
  /** Evaluates over the span; never throws. */
  read<Name extends string>(queries: HistoryQueries<Name>, span: HistorySpan): Promise<HistoryReading<Name>>;
}
