/** What the doors may know of and ask from the policy; the composition root implements it. */
import type { Action, Decision, DeliveryOutcome } from '../core/action.js';
import type { WishAnswer } from './learning.js';

/** A decision of late, and what came of the action if it was allowed. */
export interface RecentDecision {
  readonly decision: Decision;
  /** Absent while it is being handed over, and where it was denied. */
  readonly delivery?: { readonly outcome: DeliveryOutcome; readonly message: string };
}

export interface ActionDoors {
  /** Whether nothing is sent whatever is decided. */
  isDry(): boolean;
  /** Why nothing can be sent at all, in words. */
  unsafe(): string | undefined;
  /** Actions that wait for a person, oldest first. */
  pending(): readonly Action[];
  /** Newest first. */
  recent(): readonly RecentDecision[];
  /** @param by  who says so, as they say */
  approve(id: string, by: string): Promise<WishAnswer>;
  decline(id: string, by: string): Promise<WishAnswer>;
}
