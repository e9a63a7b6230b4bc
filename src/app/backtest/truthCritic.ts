/** The ledger of `serve` as the critic of a replayed fleet. */
import type { ActedUpon } from '../../truth/incidents/incidentLedger.js';
import type { TruthOptions } from '../../truth/options.js';
import { createTruth, recordForecasts } from '../fleetTruth.js';
import type { ForecastCritic } from './critic.js';

export interface CriticSettings {
  /** The model's name. */
  readonly model: string;
  readonly options: TruthOptions;
  readonly stepSeconds: number;
  /** What came in these spans says nothing of what was promised; of the whole history, since none is looked at before it is due. */
  readonly excluded: readonly ActedUpon[];
}

/** A critic that knows nothing yet. */
export function createTruthCritic({ model, options, stepSeconds, excluded }: CriticSettings): ForecastCritic {
  const truth = createTruth(model, { options, stepSeconds, isSpread: false });
  truth.incidents.noteActions(excluded);
  return {
    // Every fed bin is complete, the newest one too.
    resolve: (frame) => void truth.resolve(frame, frame.newest + 1),
    settle: (at) => truth.settle(at),
    planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
    recalibrate: ({ server, profile }, metric, raw) => truth.incidents.apply({ server, metric, profile }, raw),
    record(made) {
      if (truth.isDue(made.frame.server, made.at)) recordForecasts(truth, { ...made, wasServed: true });
    },
  };
}
