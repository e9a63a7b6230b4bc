/** The ledger of `serve` as the critic of a replayed fleet. */
import type { TruthOptions } from '../../truth/options.js';
import { createTruth, recordForecasts } from '../fleetTruth.js';
import type { ForecastCritic } from './critic.js';

/** A critic that knows nothing yet. @param model the model's name */
export function createTruthCritic(model: string, options: TruthOptions, stepSeconds: number): ForecastCritic {
  const truth = createTruth(model, { options, stepSeconds, isSpread: false });
  return {
    // Every fed bin is complete, the newest one too.
    resolve: (frame) => void truth.resolve(frame, frame.newest + 1),
    settle: (at) => truth.settle(at),
    planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
    recalibrate: ({ profile }, metric, raw) => truth.incidents.apply(metric, profile, raw),
    record(made) {
      if (truth.isDue(made.frame.server, made.at)) recordForecasts(truth, { ...made, wasServed: true });
    },
  };
}
