/** The ledger of `serve` as the critic of a replayed fleet. */
import { CANDIDATES } from '../../model/inputs/contract.js';
import type { TruthOptions } from '../../truth/options.js';
import { Truth } from '../../truth/truth.js';
import type { ForecastCritic } from './critic.js';

/** A critic that knows nothing yet. @param model the model's name */
export function createTruthCritic(model: string, options: TruthOptions, stepSeconds: number): ForecastCritic {
  const truth = new Truth({ options, methods: [model, ...CANDIDATES], stepSeconds, isSpread: false });
  return {
    // Every fed bin is complete, the newest one too.
    resolve: (frame) => void truth.resolve(frame, frame.newest + 1),
    settle: (at) => truth.settle(at),
    planOf: ({ server, profile }, metric) => truth.plan(server, metric, profile),
    record({ server, profile, newest }, at, forecasts, details) {
      if (!truth.isDue(server, at)) return;
      forecasts.forEach(({ metric, values }, i) => {
        truth.record({ server, metric, profile, at, origin: newest, served: values, wasServed: true, ...details[i]! });
      });
    },
  };
}
