/** What the doors may ask of the records that clients push; the composition root implements it. */

/** What became of a batch. */
export type FeedOutcome =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly errors: readonly string[]; readonly detail: readonly string[] }
  /** It could not be written down: the client may try again. */
  | { readonly kind: 'unavailable'; readonly message: string }
  | { readonly kind: 'accepted'; readonly tally: FeedTally };

/** A batch that was taken in, and how far the fleet is with it. */
export interface FeedTally {
  readonly received: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly tooOld: number;
  /** Records whose uptime was cut. */
  readonly clamped: number;
  /** What was wrong with the rejected ones. */
  readonly errors: readonly string[];
  /** Batches accepted since the start. */
  readonly tick: number;
  /** Records of all servers in the window. */
  readonly windowRecords: number;
  readonly servers: readonly PushWarmup[];
}

/** How far a server is from its first forecast. */
export interface PushWarmup {
  readonly server: string;
  readonly records: number;
  readonly required: number;
  /** 0–1: of the records or of the history that it needs, whichever is further away. */
  readonly ratio: number;
  /** What is further away. */
  readonly lacks: 'records' | 'history';
  /** Epoch seconds of its first record. */
  readonly since: number;
}

export interface PushDoors {
  /** Takes in what a client sent as `records`. */
  feed(records: readonly unknown[]): Promise<FeedOutcome>;
  /** The servers that are pushed and not pulled. */
  warmup(): readonly PushWarmup[];
}
