/** One expression that a source asks for in every cycle. */
export interface SourceQuery {
  readonly metric: string;
  /** Name of the pack's alternative; of an extra target that of its pack, or `target`. */
  readonly alternative: string;
  /** PromQL for a complete bucket, on one line. */
  readonly expr: string;
  /** Servers that it serves. */
  readonly servers: number;
  /** Of an extra target: whom it brought values of when it was asked last. */
  readonly subjects?: readonly string[];
  /** Where a person runs it: the source's own graph page. */
  readonly page: string;
}
