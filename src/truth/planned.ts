import type { Frame } from '../core/flow.js';
import { touchesSpan } from '../core/timeSpan.js';

/** Tells whether planned maintenance of the frame's server touches the buckets from `first` to `last`, both included. */
export function isPlanned({ maintenance, stepSeconds }: Frame, first: number, last: number): boolean {
  return maintenance !== undefined && touchesSpan(maintenance, first * stepSeconds, (last + 1) * stepSeconds);
}
