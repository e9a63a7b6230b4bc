import type { Logger } from 'pino';
import type { ActionDoors } from '../exposition/actions.js';
import type { ExplainDoors } from '../exposition/explain.js';
import type { HistoryDoors } from '../exposition/historical/history.js';
import type { LearningDoors } from '../exposition/learning.js';
import type { PushDoors } from '../exposition/push.js';
import type { StateView } from '../exposition/state.js';
import type { WebOptions } from './options.js';

/** What the doors are made from. */
export interface WebParts {
  readonly options: WebOptions;
  readonly state: StateView;
  /** Loads the configuration again; rejects with a message for the person who asked. */
  readonly reload: () => Promise<void>;
  /** Without it, there are no doors of the model. */
  readonly learning?: LearningDoors;
  /** Without it, no records are taken. */
  readonly push?: PushDoors;
  /** Without it, there are no doors of the policy. */
  readonly actions?: ActionDoors;
  /** Without it, nobody can tell why a server has its risk. */
  readonly explain?: ExplainDoors;
  /** Without it, there are no doors of the past. */
  readonly history?: HistoryDoors;
  readonly log: Logger;
  /** Epoch seconds now. */
  readonly now: () => number;
}
