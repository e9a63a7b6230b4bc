/** What the doors may ask about the reasons of a risk; the composition root implements it. */
import type { Explanation } from '../core/explanation.js';

export type ExplainAnswer =
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  /** The server has no risk. */
  | { readonly kind: 'unscored' }
  /** It cannot be told now; the message says why. */
  | { readonly kind: 'busy'; readonly message: string };

export interface ExplainDoors {
  explain(server: string): Promise<ExplainAnswer>;
}
