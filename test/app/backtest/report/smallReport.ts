/** A backtest of two servers as small as it can be and still fill every part of the page. */
import type {
  BacktestReport,
  DatasetReport,
  DrawnSeries,
  MethodScore,
  ScoreGroup,
} from '../../../../src/app/backtest/report/reportData.js';

export const ORIGIN = Date.UTC(2026, 0, 5, 12) / 1000;
/** Shorter than in life, so that the golden page can be read. */
const HORIZON = 12;
const PAST = 24;

const wave = (step: number) => Math.round(1000 * (40 + 12 * Math.sin((2 * Math.PI * step) / 288))) / 1000;

/** A day's wave as past and truth, a forecast close to it, and yesterday's level as the naive one. */
export function makeDrawn(changes: Partial<DrawnSeries> = {}): DrawnSeries {
  const ahead = Array.from({ length: HORIZON }, (_, index) => wave(index + 1));
  return {
    server: 'ppdb-1',
    metric: 'cpu_user_pct',
    profile: 'database',
    ratio: 0.5,
    mase: 0.4,
    naiveMase: 0.8,
    coverage: 0.8125,
    forecasts: [
      {
        origin: ORIGIN,
        history: Array.from({ length: PAST }, (_, index) => (index === 10 ? null : wave(index - PAST + 1))),
        p10: ahead.map((value) => value - 3),
        p50: ahead.map((value) => value + 1),
        p90: ahead.map((value) => value + 4),
        actual: ahead.map((value, index) => (index >= 10 ? null : value)),
        naive: ahead.map(() => wave(0)),
      },
    ],
    ...changes,
  };
}

export function makeScore(method: string, mase: number | null, coverage: number | null): MethodScore {
  const scaled = (factor: number) => (mase === null ? null : mase * factor);
  return { method, mase, wql: scaled(0.2), pinball: scaled(0.4), coverage, width: coverage === null ? null : 2.5 };
}

export function makeGroup(name: string, served: number, median: number, last: number): ScoreGroup {
  return {
    name,
    servers: 2,
    series: 4,
    scores: [
      makeScore('served', served, 0.803),
      makeScore('model', served * 1.02, 0.76),
      makeScore('median_7d', median, 0.78),
      makeScore('persistence', last, null),
    ],
  };
}

export function makeDataset(changes: Partial<DatasetReport> = {}): DatasetReport {
  const estimate = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });
  return {
    name: 'shop',
    servers: 2,
    series: 5,
    scoredSeries: 4,
    notScored: [{ reason: 'its values never change', series: 1 }],
    firstOrigin: ORIGIN - 86_400,
    lastOrigin: ORIGIN,
    forecasts: 120,
    bestNaive: 'median_7d',
    bestNaivePinball: 'median_7d',
    ratios: [
      {
        method: 'served',
        mase: estimate(0.82),
        maseGeometric: estimate(0.8),
        pinball: estimate(0.71),
        pinballGeometric: estimate(0.7),
      },
      {
        method: 'model',
        mase: { value: 0.84, low: null, high: null },
        maseGeometric: estimate(0.83),
        pinball: null,
        pinballGeometric: null,
      },
    ],
    medianMase: [
      { method: 'served', mase: estimate(0.61) },
      { method: 'model', mase: estimate(0.62) },
      { method: 'median_7d', mase: estimate(0.75) },
      { method: 'persistence', mase: estimate(1.2) },
    ],
    calibratedSeries: [
      { method: 'served', share: 0.75, shareWithEdges: 1, series: 4 },
      { method: 'model', share: 0.5, shareWithEdges: 0.5, series: 4 },
    ],
    overall: makeGroup('all', 0.61, 0.75, 1.2),
    byMetric: [makeGroup('cpu_user_pct', 0.6, 0.8, 1.3), makeGroup('disk_usage_pct', 0.5, 0.45, 0.1)],
    byHorizon: [makeGroup('to 30 min', 0.4, 0.7, 0.5), makeGroup('to 8 h', 0.8, 0.9, 1.6)],
    byProfile: [makeGroup('database', 0.61, 0.75, 1.2)],
    outcomes: [
      { server: 'ppdb-1', metric: 'cpu_user_pct', ratio: 0.5, coverage: 0.8125 },
      { server: 'ppdb-1', metric: 'disk_usage_pct', ratio: 1.3, coverage: 0.6 },
      { server: 'ppdb-2', metric: 'cpu_user_pct', ratio: 0.7, coverage: 0.79 },
      { server: 'ppdb-2', metric: 'disk_usage_pct', ratio: 7, coverage: 0.9 },
    ],
    best: [makeDrawn()],
    worst: [makeDrawn({ server: 'ppdb-2', metric: 'disk_usage_pct', ratio: 7, mase: 3.5, naiveMase: 0.5 })],
    ...changes,
  };
}

export function makeReport(changes: Partial<BacktestReport> = {}): BacktestReport {
  return {
    kind: 'linborg backtest 1',
    created: '2026-01-06T08:00:00.000Z',
    linborg: '0.1.0',
    command: 'linborg backtest --from csv traces/shop --out build/shop',
    model: { name: 'default', created: '2026-01-01T00:00:00.000Z', engine: 'native', sha256: 'ab'.repeat(32) },
    yardstick: null,
    settings: {
      source: 'csv',
      origins: 30,
      last: 0.3,
      startAt: null,
      stepSeconds: 300,
      horizonSteps: HORIZON,
      maseFloor: 0.05,
      pinballFloor: 0.02,
      coverageBand: [0.7, 0.9],
      bootstrapDraws: 1000,
      bootstrapSeed: 7,
    },
    work: { forecasts: 480, seconds: 95, failedForecasts: 0 },
    methods: [
      { id: 'served', kind: 'served', title: 'served' },
      { id: 'model', kind: 'model', title: 'TFT' },
      { id: 'median_7d', kind: 'naive', title: '7-day median' },
      { id: 'persistence', kind: 'naive', title: 'persistence' },
    ],
    horizonBins: [
      { name: 'to 30 min', firstStep: 1, lastStep: 6 },
      { name: 'to 8 h', firstStep: 49, lastStep: 96 },
    ],
    datasets: [makeDataset()],
    ...changes,
  };
}
