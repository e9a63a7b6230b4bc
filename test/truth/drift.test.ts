import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../../src/core/random.js';
import type { ForecastAccuracy } from '../../src/core/truth.js';
import { DriftMonitor } from '../../src/truth/drift.js';
import { addToBins, BINS } from '../../src/truth/driftIndex.js';
import { InputDrift, type TrainingInputs } from '../../src/truth/driftInputs.js';
import { clustered, DAY, type Draw, decilesOf, fleetRows, HOUR, type Row, START } from './driftSupport.js';

/** Training inputs with these deciles for one metric. */
function trainingOf(deciles: Readonly<Record<string, number[]>>, metric = 'mem_used_pct'): TrainingInputs {
  return { names: Object.keys(deciles), edges: { [metric]: Object.values(deciles) } };
}

function scoreOf(rows: readonly Row[], training: TrainingInputs, at?: number): number {
  const drift = new InputDrift(training);
  for (const row of rows) drift.observe(row.at, row.server, 'mem_used_pct', row.figures);
  return drift.scores(at ?? START + 23 * HOUR)[0]?.score ?? Number.NaN;
}

const reference = (() => {
  const random = seededRandom(1);
  return Array.from({ length: 50_000 }, () => normal(random));
})();
const TRAINING = trainingOf({ level: decilesOf(reference) });

describe('the drift score', () => {
  test.each([5, 10, 40, 200])('is about 0 for a healthy fleet of %i servers', (servers) => {
    const scores = Array.from({ length: 40 }, (_, seed) =>
      scoreOf(fleetRows(seededRandom(seed), servers, clustered), TRAINING),
    );
    // One figure alone is judged here: chance passes once in twenty.
    expect(scores.filter((score) => score > 0.2).length).toBeLessThanOrEqual(servers > 5 ? 0 : 2);
    expect(scores.filter((score) => score > 0.1).length).toBeLessThanOrEqual(servers > 5 ? 3 : 5);
  });

  test('is about 0 for a healthy fleet whose servers never change', () => {
    const constant: Draw = (_, level) => [level];
    for (const servers of [5, 10, 40, 200]) {
      const scores = Array.from({ length: 40 }, (_, seed) =>
        scoreOf(fleetRows(seededRandom(seed), servers, constant), TRAINING),
      );
      expect(scores.filter((score) => score > 0.2).length, `${servers} servers`).toBeLessThanOrEqual(2);
    }
  });

  test('is the same whatever strictly rising function both sides go through', () => {
    const rows = fleetRows(seededRandom(3), 40, (random, level) => [...clustered(random, level), 2 + normal(random)]);
    const both = trainingOf({ a: decilesOf(reference), b: decilesOf(reference) });
    const plain = scoreOf(rows, both);
    expect(plain).toBeGreaterThan(0.2);
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 30, noNaN: true }),
        fc.double({ min: -9, max: 9, noNaN: true }),
        (a, b) => {
          const bend = (x: number) => a * (x + Math.sinh(x)) + b;
          const edges = decilesOf(reference).map(bend);
          const bent = rows.map((row) => ({ ...row, figures: row.figures.map(bend) }));
          expect(scoreOf(bent, trainingOf({ a: edges, b: edges }))).toBeCloseTo(plain, 1);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('rises with the shift, and beyond the limit before the fleet lies in other deciles altogether', () => {
    const shifted = (shift: number) =>
      scoreOf(
        fleetRows(seededRandom(5), 60, (random, level) => [clustered(random, level)[0]! + shift]),
        TRAINING,
      );
    const scores = [0, 0.5, 1, 1.5, 2, 3, 4].map(shifted);
    expect(scores[0]).toBeLessThan(0.05);
    expect(scores[2]).toBeGreaterThan(0.2);
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThan(scores[i - 1]!);
  });

  test('does not depend on the order of the rows, so that replicas agree', () => {
    const rows = fleetRows(seededRandom(7), 20, (random, level) => [clustered(random, level)[0]! + 1]);
    const score = scoreOf(rows, TRAINING);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(scoreOf(shuffled, TRAINING)).toBeCloseTo(score, 9);
      }),
      { numRuns: 20 },
    );
  });

  test('takes figures with few distinct values for what they are', () => {
    const random = seededRandom(9);
    const sometimes = (share: number) => (random() < share ? 1 : 0);
    const edges = decilesOf(Array.from({ length: 20_000 }, () => sometimes(0.25)));
    const scoreWith = (share: number) =>
      scoreOf(
        fleetRows(random, 80, () => [sometimes(share)]),
        trainingOf({ is_odd: edges }),
      );
    expect(scoreWith(0.25)).toBeLessThan(0.05);
    expect(scoreWith(0.6)).toBeGreaterThan(0.2);
    const always = trainingOf({ is_odd: new Array(9).fill(1) });
    const rowsOf = (value: number) => fleetRows(random, 80, () => [value]);
    expect(scoreOf(rowsOf(1), always)).toBeCloseTo(0, 12);
    expect(scoreOf(rowsOf(0), always)).toBeGreaterThan(0.2);
  });

  test('a sample of the reference fills all bins alike, with ties or without', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (zeros) => {
        // A share of zeros in whole tenths, the rest spread evenly. Deciles tell a share to within one bin.
        const values = Array.from({ length: 1000 }, (_, i) => Math.max(0, i - 100 * zeros + 1));
        const bins = new Float64Array(BINS);
        const edges = Array.from({ length: 9 }, (_, i) => values[(i + 1) * 100 - 1]!);
        for (const value of values) addToBins(edges, { value, weight: 1 }, bins, 0);
        const shares = [...bins].map((bin) => bin / 1000);
        expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
        expect(shares.reduce((sum, share) => sum + (share - 0.1) * Math.log(10 * share), 0)).toBeLessThan(0.08);
      }),
    );
  });

  test('is absent with two servers, before a day has passed, without rows of late, and for an unknown metric', () => {
    const rows = (servers: number) => fleetRows(seededRandom(2), servers, clustered);
    expect(scoreOf(rows(2), TRAINING)).toBeNaN();
    expect(
      scoreOf(
        rows(40).filter(({ at }) => at < START + 20 * HOUR),
        TRAINING,
      ),
    ).toBeNaN();
    expect(scoreOf(rows(40), TRAINING, START + 9 * DAY)).toBeNaN();
    expect(scoreOf(rows(40), { names: ['level'], edges: { cpu_user_pct: TRAINING.edges['mem_used_pct']! } })).toBeNaN();
    expect(scoreOf(rows(40), TRAINING)).toBeGreaterThanOrEqual(0);
  });

  test('forgets a day that was different', () => {
    const before = fleetRows(seededRandom(4), 40, (random, level) => [clustered(random, level)[0]! + 3]);
    const after = [2, 3, 4, 5, 6].flatMap((day) => fleetRows(seededRandom(4 + day), 40, clustered, START + day * DAY));
    expect(scoreOf(before, TRAINING)).toBeGreaterThan(1);
    expect(scoreOf([...before, ...after], TRAINING, START + 7 * DAY)).toBeLessThan(0.1);
  });

  test('survives weeks of rows without losing digits', () => {
    const rows = Array.from({ length: 60 }, (_, day) =>
      fleetRows(seededRandom(day), 12, clustered, START + day * DAY),
    ).flat();
    const late = scoreOf(rows, TRAINING, START + 60 * DAY);
    expect(late).toBeCloseTo(scoreOf(rows.slice(-20 * 12 * 24), TRAINING, START + 60 * DAY), 5);
  });

  test('a row without a figure says nothing about it', () => {
    const rows = fleetRows(seededRandom(6), 40, (random, level) => [...clustered(random, level), Number.NaN]);
    const drift = new InputDrift(trainingOf({ level: decilesOf(reference), other: decilesOf(reference) }));
    for (const row of rows) drift.observe(row.at, row.server, 'mem_used_pct', row.figures);
    expect(Object.keys(drift.scores(START + DAY)[0]!.byInput)).toEqual(['level']);
  });
});

const FIGURES = ['roughness', 'change_over_8h', 'seasonal_share_of_scale'];
const MONITORED = trainingOf(Object.fromEntries(FIGURES.map((name) => [name, decilesOf(reference)])));

function accuracy(change: Partial<ForecastAccuracy> = {}): ForecastAccuracy {
  return {
    metric: 'mem_used_pct',
    horizon: '1h',
    forecasts: 4000,
    mase: 0.8,
    coverage: 0.8,
    pinball: 1,
    wql: 0.1,
    width: 2,
    skill: { persistence: 0.2, median_7d: 0.2 },
    ...change,
  };
}

/** Hourly reports of a monitor that sees a fleet of 40 over `days`; `shift` and `entries` depend on the day. */
function monitor(
  days: number,
  shift: (day: number) => number,
  entries: (day: number, hour: number) => ForecastAccuracy[],
) {
  const monitored = new DriftMonitor(MONITORED);
  let report = monitored.report(START - HOUR, []);
  for (let day = 0; day < days; day++) {
    const rows = fleetRows(
      seededRandom(day + 20),
      40,
      (random, level) => FIGURES.map(() => clustered(random, level)[0]! + shift(day)),
      START + day * DAY,
    );
    for (let hour = 0; hour < 24; hour++) {
      const at = START + day * DAY + hour * HOUR;
      for (const row of rows) if (row.at === at) monitored.observe(at, row.server, 'mem_used_pct', row.figures);
      report = monitored.report(at, entries(day, hour));
    }
  }
  return report;
}

describe('the drift report', () => {
  test('knows nothing at first, and says what it waits for', () => {
    const report = new DriftMonitor(MONITORED).report(START, []);
    expect([report.per, report.dss, report.fds, report.anomalyRate, report.combinedScore]).toEqual(
      new Array(5).fill(Number.NaN),
    );
    expect(report.needsRetraining).toBe(false);
    expect(report.recommendation).toMatch(/Not known yet: .* first week/);
    expect(report.scores).toEqual([]);
    expect(report.regimes).toEqual({});
  });

  test('is at rest while inputs and errors stay what they were', () => {
    const report = monitor(
      10,
      () => 0,
      () => [accuracy()],
    );
    expect(report.needsRetraining).toBe(false);
    expect(report.per).toBeCloseTo(0, 9);
    expect(report.dss).toBeLessThan(0.05);
    expect(report.fds).toBe(0);
    expect(report.unfamiliarity).toBeLessThan(0.1);
    expect(report.anomalyRate).toBeCloseTo(0, 9);
    expect(report.trends).toEqual({ per: 'steady', dss: 'steady', fds: 'steady', anomalyRate: 'steady' });
    expect(report.recommendation).toMatch(/^No need to retrain: .*the forecast error has not suffered \(\+0%/);
    for (const share of Object.values(report.regimes)) expect(share).toBeCloseTo(0.2, 0);
  });

  test('asks for a retraining when the error rises, with the numbers', () => {
    const report = monitor(
      8,
      () => 0,
      (day) => [accuracy(day < 5 ? {} : { skill: { persistence: 0, median_7d: 0 } })],
    );
    // By 25 %, of which a part of e^(−3/2) is not believed yet after three days.
    expect(report.per).toBeCloseTo(1.25 ** (1 - Math.exp(-1.5)) - 1, 2);
    expect(report.combinedScore).toBeCloseTo(10 * report.per, 9);
    expect(report.trends.per).toBe('rising');
    expect(report.recommendation).toMatch(
      /^Retrain: against methods by hand, the forecast error rose by 19% .*limit 10%/,
    );
  });

  test('does not take one bad night for a model that has grown old', () => {
    const bad = accuracy({ skill: { persistence: -0.1, median_7d: -0.1 } });
    const report = monitor(
      6,
      () => 0,
      (day, hour) => [day === 5 && hour >= 18 ? bad : accuracy()],
    );
    expect(report.per).toBeGreaterThan(0);
    expect(report.per).toBeLessThan(0.1);
  });

  test('does not take days that are hard for every method for a model that has grown old', () => {
    const report = monitor(
      6,
      () => 0,
      (day) => [accuracy({ mase: day < 4 ? 0.8 : 1.6 })],
    );
    expect(report.per).toBeCloseTo(0, 9);
    expect(report.needsRetraining).toBe(false);
  });

  test('tells shifted inputs from a risen error, and names the farthest', () => {
    const report = monitor(
      11,
      (day) => (day < 8 ? 0 : 2),
      () => [accuracy()],
    );
    expect(report.dss).toBeGreaterThan(0.2);
    expect(report.fds).toBe(1);
    expect(report.trends.dss).toBe('rising');
    expect(report.needsRetraining).toBe(true);
    expect(report.recommendation).toMatch(
      /^Retrain when convenient: inputs differ from those of the first week .*farthest is mem_used_pct.*not suffered/,
    );
    expect(report.regimes['noisy']).toBeGreaterThan(0.5);
    expect(report.regimes['calm']).toBeLessThan(0.1);
  });

  test('a fleet of another kind than the training data is unfamiliar, which is no drift', () => {
    const report = monitor(
      10,
      () => 3,
      () => [accuracy()],
    );
    expect(report.unfamiliarity).toBeGreaterThan(1);
    expect(report.dss).toBeLessThan(0.05);
    expect(report.needsRetraining).toBe(false);
    expect(report.recommendation).toMatch(/^No need to retrain: .* The fleet is unfamiliar: .*That is no drift/);
  });

  test('counts samples outside the interval beyond the nominal fifth, weighted by verdicts', () => {
    const entries = [accuracy({ coverage: 0.7, forecasts: 3000 }), accuracy({ coverage: 0.8, forecasts: 1000 })];
    const report = monitor(
      1,
      () => 0,
      () => entries,
    );
    expect(report.anomalyRate).toBeCloseTo(0.075, 9);
    expect(report.recommendation).toMatch(/28% of the samples lie outside p10–p90/);
    const few = monitor(
      1,
      () => 0,
      () => [accuracy({ coverage: 0.1, forecasts: 20 })],
    );
    expect(few.anomalyRate).toBeNaN();
  });

  test('a metric that does twice as badly and one that does twice as well cancel', () => {
    const entries = (day: number) => [
      accuracy({ skill: { persistence: day < 4 ? 0.5 : 0 } }),
      accuracy({ metric: 'load_average', skill: { persistence: day < 4 ? 0 : 0.5 } }),
      accuracy({ metric: 'uptime_days', coverage: Number.NaN, skill: {} }),
    ];
    expect(monitor(5, () => 0, entries).per).toBeCloseTo(0, 9);
  });

  test('shows how far a metric that the training did not hold is from all together, and does not call the fleet strange for it', () => {
    const monitored = new DriftMonitor(trainingOf({ level: decilesOf(reference) }, '*'));
    for (const row of fleetRows(seededRandom(1), 40, (random, level) => [clustered(random, level)[0]! + 3])) {
      monitored.observe(row.at, row.server, 'queue_length', row.figures);
    }
    const report = monitored.report(START + DAY, []);
    expect(report.trainingScores[0]!.metric).toBe('queue_length');
    expect(report.trainingScores[0]!.score).toBeGreaterThan(1);
    expect(report.unfamiliarity).toBeNaN();
    expect(report.needsRetraining).toBe(false);
  });

  test('watches errors alone for a model that does not tell its training inputs', () => {
    const monitored = new DriftMonitor();
    for (let hour = 0; hour < 24; hour++) monitored.observe(START + hour * HOUR, 'a', 'mem_used_pct', [0, 0, 0]);
    const report = monitored.report(START + DAY, [accuracy({ coverage: 0.7 })]);
    expect(report.dss).toBeNaN();
    expect(report.anomalyRate).toBeCloseTo(0.1, 9);
  });
});
