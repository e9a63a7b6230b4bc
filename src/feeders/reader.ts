/** The port of a reader: where documents of another system come from. */

/** One document, row or line of another system as plain values; dates may be Dates, counters bigints. */
export type SourceDocument = Readonly<Record<string, unknown>>;

/** Where reading goes on: a reader's own value that JSON can hold, kept in a file between runs; the reader checks it. */
export type Bookmark = Readonly<Record<string, unknown>>;

export interface ReadRequest {
  /** undefined at the very first read: the reader begins where its options say. */
  readonly bookmark: Bookmark | undefined;
  /** At most about so many documents; a reader may give a few more where it cannot cut. */
  readonly limit: number;
  /** Epoch seconds: documents of later moments are left for the next read, since older ones may still come in. */
  readonly until: number;
  readonly signal: AbortSignal;
}

export interface ReadResult {
  /** Oldest first, at least within a server. */
  readonly documents: readonly SourceDocument[];
  /** With it the next read gives what comes after these documents: nothing twice, nothing left out. */
  readonly bookmark: Bookmark;
  /** Whether there was nothing more up to `until`. */
  readonly isAtEnd: boolean;
  /** Lines or rows that are none of their format, and were skipped. */
  readonly unreadable?: number;
}

export interface Reader {
  /** Throws ReadError for what may work later, ConfigError for what a person must change. */
  read(request: ReadRequest): Promise<ReadResult>;
  /** Resolves when there may be something new, or when the signal aborts; without it the feeder looks again after `poll`. */
  changed?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Another system could not be read now; the feeder tries again. */
export class ReadError extends Error {
  /** How long the other system asked to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterSeconds?: number | undefined } = {}) {
    super(message, options);
    this.name = 'ReadError';
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
