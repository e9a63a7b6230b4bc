/** A promise that came due, as it teaches what to serve. */
import type { Profile } from '../../core/profiles.js';

/** One case that came due. */
export interface JudgedClaim {
  readonly server: string;
  readonly metric: string;
  readonly profile: Profile;
  readonly horizon: number;
  /** The bucket by which it was known. */
  readonly bucket: number;
  /** Before any correction. */
  readonly probability: number;
  readonly came: boolean;
  /** How many cases that are independent in time it stands for, ≤ 1. */
  readonly weight: number;
}

/** Whose probabilities they are. */
export type ClaimSubject = Pick<JudgedClaim, 'server' | 'metric' | 'profile'>;
