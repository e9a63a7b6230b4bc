import { expect, it } from 'vitest';
import { methodsOf } from '../../../../src/app/backtest/scores/methods.js';
import { ServerScorer } from '../../../../src/app/backtest/scores/serverScorer.js';
import type { ServerTrace } from '../../../../src/app/backtest/serverTrace.js';
import { type Forecast, HORIZON_STEPS, QUANTILE_LEVELS } from '../../../../src/core/flow.js';
import { CANDIDATES, STATIC_FIGURES } from '../../../../src/model/inputs/contract.js';

const STEP = 300;
const DAY = 288;
const FIRST = 5_000_000;
const DAYS = 30;
/** No number of 32 bits. */
const USUAL = 12.3;

/** A disk that holds its usual share, but for an hour of every second day. */
function diskTrace(): ServerTrace {
  const length = DAYS * DAY;
  const isOdd = (bin: number) => Math.floor(bin / DAY) % 2 === 1 && bin % DAY >= 200 && bin % DAY < 212;
  return {
    ...{ dataset: 'made', server: 'db1', profile: 'database', stepSeconds: STEP, first: FIRST, length },
    times: Float64Array.from({ length }, (_, bin) => (FIRST + bin) * STEP),
    values: new Map([['disk_usage_pct', Float64Array.from({ length }, (_, bin) => (isOdd(bin) ? 12.4 : USUAL))]]),
  };
}

it('counts a value that is just what was forecast as inside p10–p90, though forecasts have 32 bits and the trace more', () => {
  const scorer = new ServerScorer(diskTrace(), {
    methods: methodsOf('m', undefined),
    inSampleBins: 20 * DAY,
    origins: 5,
  });
  const values = new Float32Array(HORIZON_STEPS * QUANTILE_LEVELS.length).fill(USUAL);
  const details = {
    raw: values,
    candidates: new Float32Array(HORIZON_STEPS * CANDIDATES.length).fill(USUAL),
    figures: new Float32Array(STATIC_FIGURES.length),
  };
  for (let day = 20; day < 29; day++) {
    for (let hour = 0; hour < 12; hour++) {
      const newest = FIRST + day * DAY + 213 + hour;
      const forecast: Forecast = {
        ...{ server: 'db1', metric: 'disk_usage_pct', origin: newest * STEP, stepSeconds: STEP, model: 'm', values },
      };
      const originIndex = hour === 11 && day >= 24 ? day - 24 : undefined;
      scorer.add({ forecast, details, yardstick: undefined, isTick: true, originIndex });
    }
  }
  const [result] = scorer.results();
  if (result?.kind !== 'scored') throw new Error(`not scored: ${result?.reason}`);
  methodsOf('m', undefined).forEach(({ id }, method) => {
    const { inside, judged } = result.score.figures(method);
    expect({ id, share: inside / judged }).toEqual({ id, share: 1 });
  });
});
