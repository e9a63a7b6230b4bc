/** Reports with any numbers in them, odd ones more often than life has them. */
import fc from 'fast-check';
import type { BacktestReport } from '../../../../src/app/backtest/report/reportData.js';

const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: 0, max: 2 }),
  fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 1e-300),
);
const anyFigure = fc.oneof(anyNumber, fc.constant(null));
const anyName = fc.constantFrom('served', 'median_7d', 'cpu_user_pct', 'net_in_mb_s', 'load_average', '', '<b>"&\'');
const anyMethod = fc.constantFrom('served', 'model', 'yardstick', 'median_7d', 'persistence', 'gone');
const upTo = <T>(length: number, item: fc.Arbitrary<T>) => fc.array(item, { maxLength: length });

const anyEstimate = fc.record({ value: anyNumber, low: anyFigure, high: anyFigure });
const anyScore = fc.record({
  method: anyMethod,
  mase: anyFigure,
  wql: anyFigure,
  pinball: anyFigure,
  coverage: anyFigure,
  width: anyFigure,
});
const anyGroup = fc.record({ name: anyName, servers: anyNumber, series: anyNumber, scores: upTo(4, anyScore) });

/** Numbers near each other but for the odd one, as series are. */
const anyLine = upTo(14, fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), anyNumber));
const anyForecast = fc.record({
  origin: fc.oneof(fc.integer({ min: 0, max: 2e9 }), anyNumber),
  history: upTo(14, fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), anyFigure)),
  p10: anyLine,
  p50: anyLine,
  p90: anyLine,
  actual: upTo(14, anyFigure),
  naive: anyLine,
});
const anyDrawn = fc.record({
  server: anyName,
  metric: anyName,
  profile: anyName,
  ratio: anyNumber,
  mase: anyNumber,
  naiveMase: anyNumber,
  coverage: anyNumber,
  forecasts: upTo(3, anyForecast),
});

const anyRatio = fc.record({
  method: anyMethod,
  mase: anyEstimate,
  maseGeometric: anyEstimate,
  pinball: fc.oneof(anyEstimate, fc.constant(null)),
  pinballGeometric: fc.oneof(anyEstimate, fc.constant(null)),
});
const anyOutcome = fc.record({ server: anyName, metric: anyName, ratio: anyNumber, coverage: anyNumber });

const anyDataset = fc.record(
  {
    name: anyName,
    servers: anyNumber,
    series: anyNumber,
    scoredSeries: fc.oneof(fc.nat(500), anyNumber),
    notScored: upTo(2, fc.record({ reason: anyName, series: anyNumber })),
    firstOrigin: anyFigure,
    lastOrigin: anyFigure,
    forecasts: anyNumber,
    bestNaive: fc.oneof(anyMethod, fc.constant(null)),
    bestNaivePinball: fc.oneof(anyMethod, fc.constant(null)),
    ratios: upTo(3, anyRatio),
    medianMase: upTo(4, fc.record({ method: anyMethod, mase: anyEstimate })),
    calibratedSeries: upTo(
      3,
      fc.record({ method: anyMethod, share: anyNumber, shareWithEdges: anyNumber, series: anyNumber }),
    ),
    overall: anyGroup,
    byMetric: upTo(4, anyGroup),
    byHorizon: upTo(4, anyGroup),
    byProfile: upTo(2, anyGroup),
    outcomes: upTo(8, anyOutcome),
    best: upTo(2, anyDrawn),
    worst: upTo(2, anyDrawn),
  },
  {
    requiredKeys: [
      'name',
      'servers',
      'series',
      'scoredSeries',
      'notScored',
      'firstOrigin',
      'lastOrigin',
      'forecasts',
      'bestNaive',
      'bestNaivePinball',
      'ratios',
      'medianMase',
      'calibratedSeries',
      'overall',
      'byMetric',
      'byHorizon',
      'byProfile',
      'best',
      'worst',
    ],
  },
);

const anyModel = fc.record({ name: anyName, created: anyName, engine: anyName });

export const anyReport: fc.Arbitrary<BacktestReport> = fc.record({
  kind: fc.constant('linborg backtest 1' as const),
  created: fc.constantFrom('2026-01-06T08:00:00.000Z', 'yesterday', ''),
  linborg: anyName,
  command: anyName,
  model: anyModel,
  yardstick: fc.oneof(fc.record({ name: anyName, created: anyName }), fc.constant(null)),
  settings: fc.record({
    source: fc.constantFrom('csv' as const, 'prometheus' as const),
    origins: anyNumber,
    last: anyNumber,
    startAt: anyFigure,
    stepSeconds: fc.oneof(fc.constant(300), anyNumber),
    horizonSteps: anyNumber,
    maseFloor: anyNumber,
    pinballFloor: anyNumber,
    coverageBand: fc.tuple(anyNumber, anyNumber),
    bootstrapDraws: anyNumber,
    bootstrapSeed: anyNumber,
  }),
  work: fc.record({ forecasts: anyNumber, seconds: anyNumber, failedForecasts: anyNumber }),
  methods: fc.subarray([
    { id: 'served', kind: 'served' as const, title: 'served' },
    { id: 'model', kind: 'model' as const, title: 'TFT' },
    { id: 'yardstick', kind: 'yardstick' as const, title: 'perceptron' },
    { id: 'median_7d', kind: 'naive' as const, title: '7-day median' },
    { id: 'persistence', kind: 'naive' as const, title: 'persistence' },
  ]),
  horizonBins: fc.constant([{ name: 'to 30 min', firstStep: 1, lastStep: 6 }]),
  datasets: upTo(3, anyDataset),
});
