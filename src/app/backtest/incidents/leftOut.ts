/** Spans that prove nothing: after an action of linborg's own, say, nobody knows what would have come without it. */
import { RISK_HORIZONS } from '../../../core/flow.js';
import { isInSpan, mergeSpans, type TimeSpan, touchesSpan } from '../../../core/timeSpan.js';
import type { ExcludedSpan } from '../../../model/training/excludedSpans.js';
import { type Incident, UNSEEN, type Watch } from './watch.js';

/** The spans of a server, those of all servers included; ascending and apart. */
export function spansOf(server: string, spans: readonly ExcludedSpan[]): TimeSpan[] {
  return mergeSpans(spans.filter((span) => span.server === server || span.server === '*'));
}

/**
 * The watch without what lies in the spans: no alarm begins there, no onset there is missed or warned of, and where a horizon
 * reaches into one before an onset came, what came is not known.
 * @param spans  ascending and apart
 */
export function leaveOut<W extends Watch>(watch: W, spans: readonly TimeSpan[], stepSeconds: number): W {
  if (spans.length === 0) return watch;
  const { times, states, incidents, outcomes } = watch;
  const onsets = incidents.map(({ start }) => start).filter((start) => !isInSpan(spans, start));
  return {
    ...watch,
    states: states.map((state, i) => (isInSpan(spans, times[i]!) ? UNSEEN : state)),
    incidents: incidents.map((incident) => withoutProof(incident, spans)),
    outcomes: outcomes.map((column, h) => {
      const horizonSeconds = RISK_HORIZONS[h]!.steps * stepSeconds;
      return column.map((outcome, i) => {
        const at = times[i]!;
        const onset = onsets.find((start) => start >= at && start < at + horizonSeconds);
        return touchesSpan(spans, at, onset ?? at + horizonSeconds) ? UNSEEN : outcome;
      });
    }),
    leftOut: spans,
  };
}

/** An incident that begins in a span may be the work of the action; it is in progress all the same. */
function withoutProof(incident: Incident, spans: readonly TimeSpan[]): Incident {
  if (!isInSpan(spans, incident.start)) return incident;
  return { ...incident, from: Number.NaN, until: Number.NaN, onset: undefined };
}
