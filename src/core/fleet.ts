/** What a fleet does as a whole: who is under stress, since when, and whether that spreads. */
import type { CategoryState } from './category.js';
import type { Profile } from './profiles.js';

/** A server that is further on the bad side than was forecast for it, and has been for more than a moment. */
export interface StressedServer {
  readonly server: string;
  readonly profile: Profile;
  /** Epoch seconds of the bucket in which it began. */
  readonly since: number;
  /** How far on the bad side, in half-widths of p10–p90, ≥ 0; 1 = the edge. */
  readonly stress: number;
  /** Its stress minus the median one of its profile's servers; its own stress where it has no peers. */
  readonly overPeers: number;
}

/** From this score on a group is called a cascade. */
export const CASCADE_SCORE = 0.5;

/** Where a cascade seems to have begun. */
export interface CascadeOrigin {
  readonly server: string;
  /** Epoch seconds of the bucket in which it came under stress. */
  readonly since: number;
}

/** Servers that came under stress one after the other, more of them than usual. */
export interface Cascade {
  /** 0–1, see `cascadeOf`. */
  readonly score: number;
  /** Mean correlation of the members' stress over the last two hours, −1 to 1. */
  readonly correlation: number;
  /** The first that hurts as the others do; kept while the cascade goes on, when it is well again, too. */
  readonly origin: CascadeOrigin;
  /** By onset. */
  readonly members: readonly StressedServer[];
}

export interface FleetState {
  /** Servers that can be judged: with samples of now, forecasts of an hour before, and not in maintenance. */
  readonly judged: number;
  /** By stress, largest first. */
  readonly stressed: readonly StressedServer[];
  /** Share of servers that is usually under stress, 0–1. */
  readonly usualShare: number;
  /** The group that counts most; undefined where fewer than three servers belong together. */
  readonly cascade: Cascade | undefined;
}

/** How far one metric of a server is outside what was forecast for it. */
export interface MetricAnomaly {
  readonly metric: string;
  /** Median distance of the last three samples from p50, in half-widths of p10–p90; ≥ 0, 1 = the edge. */
  readonly score: number;
}

/** What a cycle tells of the fleet. */
export interface FleetReport extends FleetState {
  /** By server; metrics that can be judged. */
  readonly anomalies: ReadonlyMap<string, readonly MetricAnomaly[]>;
  /** Those that can be judged, in the order of ANOMALY_CATEGORIES. */
  readonly categories: readonly CategoryState[];
}
