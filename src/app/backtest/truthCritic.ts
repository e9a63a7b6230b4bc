/** The ledger of `serve` as the critic of a replayed fleet. */
import { isInSpan, type TimeSpan } from '../../core/timeSpan.js';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import type { ActedUpon } from '../../truth/incidents/incidentLedger.js';
import type { TruthOptions } from '../../truth/options.js';
import { createTruth, recordForecasts } from '../fleetTruth.js';
import type { ForecastCritic } from './critic.js';
import { spansOf } from './incidents/leftOut.js';

export interface CriticSettings {
  /** The model's name. */
  readonly model: string;
  readonly options: TruthOptions;
  readonly stepSeconds: number;
  /** What came in these spans says nothing of what was promised; of the whole history, since none is looked at before it is due. */
  readonly actedUpon: readonly ActedUpon[];
  /** Planned work: as with maintenance in `serve`, nothing is judged that has it on its way, and nothing made in it is remembered. */
  readonly planned: readonly ExcludedSpan[];
}

/** A critic that knows nothing yet. */
export function createTruthCritic(settings: CriticSettings): ForecastCritic {
  const { model, options, stepSeconds, actedUpon, planned } = settings;
  const truth = createTruth(model, { options, stepSeconds, isSpread: false });
  truth.incidents.noteActions(actedUpon);
  const spans = new Map<string, readonly TimeSpan[]>();
  const maintenanceOf = (server: string): readonly TimeSpan[] => {
    const known = spans.get(server) ?? spansOf(server, planned);
    spans.set(server, known);
    return known;
  };
  return {
    // Every fed bin is complete, the newest one too.
    resolve: (frame) => void truth.resolve({ ...frame, maintenance: maintenanceOf(frame.server) }, frame.newest + 1),
    settle: (at) => truth.settle(at),
    planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
    recalibrate: ({ server, profile }, metric, raw) => truth.incidents.apply({ server, metric, profile }, raw),
    record(made) {
      const { frame, at } = made;
      if (isInSpan(maintenanceOf(frame.server), at)) return;
      if (truth.isDue(frame.server, at)) recordForecasts(truth, { ...made, wasServed: true });
    },
  };
}
