import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricName } from '../../src/core/metrics.js';
import type { ServerView } from '../../src/exposition/cycleView.js';
import { closestNames } from '../../src/exposition/json/closestNames.js';
import { isScored } from '../../src/exposition/json/scored.js';
import { serverAnswer } from '../../src/exposition/json/serverAnswer.js';
import { serverPrediction, stepTimes } from '../../src/exposition/json/serverPrediction.js';
import { fleetSummary } from '../../src/exposition/json/summary.js';
import { insufficientHistory, warmupView } from '../../src/exposition/json/warmup.js';
import { publishCycle } from '../../src/exposition/publishedCycle.js';
import {
  AT,
  DEFAULT_OPTIONS,
  makeFleet,
  makeForecast,
  makeFrame,
  makeRisk,
  makeServer,
  makeSubject,
  ORIGIN,
} from './fleet.js';

/** What the tests read of the answers. */
interface MetricAnswer {
  readonly p10: readonly (number | null)[];
  readonly p50: readonly (number | null)[];
}

type PredictionAnswer = Readonly<Record<MetricName, MetricAnswer>> & {
  readonly forecast: { readonly timestamps: readonly string[]; readonly mem_pct: readonly (number | null)[] };
  readonly display_metrics: Readonly<Record<'cpu' | 'memory', unknown>>;
  readonly thresholds: unknown;
};

interface CurrentAnswer {
  readonly predictions: Readonly<Record<string, PredictionAnswer>>;
  readonly subjects: unknown;
  readonly summary: unknown;
  readonly alerts: unknown;
  readonly environment: unknown;
  readonly timestamp: string;
}

async function currentPredictions(servers: readonly ServerView[]): Promise<CurrentAnswer> {
  const cycle = await publishCycle({ at: AT, servers }, DEFAULT_OPTIONS);
  return JSON.parse((await cycle.predictions(AT)).plain.toString()) as CurrentAnswer;
}

function predictionOf(server: ServerView): PredictionAnswer {
  if (!isScored(server)) throw new Error('the fixture has no risk');
  return JSON.parse(JSON.stringify(serverPrediction(AT, server))) as PredictionAnswer;
}

describe('the predictions of all servers', () => {
  test('hold every scored server and leave out the stale and the warming', async () => {
    const answer = await currentPredictions(makeFleet().servers);
    expect(Object.keys(answer.predictions)).toEqual(['ppdb-1', 'odd "name"\\x', 'ppweb-2']);
    expect(answer.timestamp).toBe('2026-01-05T12:02:00Z');
  });

  test('hold the subjects of extra targets apart from the servers and their summary', async () => {
    const answer = await currentPredictions([makeServer('ppdb-1', 86.5), makeSubject('celery')]);
    expect(Object.keys(answer.predictions)).toEqual(['ppdb-1']);
    expect(answer.summary).toMatchObject({ total_servers: 1 });
    const steps = Array.from({ length: 96 }, (_, step) => step);
    expect(answer.subjects).toMatchObject({
      celery: {
        state: 'ok',
        risk_score: null,
        metrics: { queue_depth: { current: 400, trend: 'increasing', p50: steps.map((step) => 401 + step) } },
        timestamps: steps.map(() => expect.any(String)),
      },
    });
  });

  test('hold one alert per server that is not healthy, with the top reason and the median time', async () => {
    const answer = await currentPredictions(makeFleet().servers);
    expect(answer.alerts).toEqual([
      {
        server_name: 'ppdb-1',
        level: 'critical',
        risk_score: 86.5,
        profile: 'Database',
        message: 'mem_used_pct 91 reaches 95 in 1 h 50 min (p50)',
        time_to_issue: 6600,
      },
    ]);
  });

  test('sum up the fleet under the names of both generations', async () => {
    const { summary, environment } = await currentPredictions(makeFleet().servers);
    expect(summary).toMatchObject({
      total_servers: 3,
      total: 3,
      critical: 1,
      critical_count: 1,
      warning: 0,
      degraded: 0,
      healthy: 2,
      healthy_count: 2,
      avg_risk_score: 46.5,
      max_risk_score: 86.5,
      fleet_health: 66.6667,
      prob_30m: 0.058125,
      prob_8h: 0.465,
      top_5_risks: ['ppdb-1', 'odd "name"\\x', 'ppweb-2'],
    });
    expect(environment).toMatchObject({
      prob_8h: 0.465,
      incident_probability_8h: 0.465,
      expected_incidents_8h: 1.395,
      high_risk_servers: 1,
    });
  });

  test('are the same text when compressed, and made once', async () => {
    const cycle = await publishCycle(makeFleet(), DEFAULT_OPTIONS);
    const ready = await cycle.predictions(AT);
    expect(gunzipSync(await ready.gzip()).equals(ready.plain)).toBe(true);
    expect(await cycle.predictions(AT)).toBe(ready);
  });

  test('say null, not zero, of a fleet without a scored server', () => {
    expect(fleetSummary([])).toMatchObject({ total: 0, avg_risk_score: null, max_risk_score: null, prob_8h: null });
  });
});

describe('the prediction of one server', () => {
  test('has 96 steps, five minutes apart, all in the future', () => {
    const { forecast, mem_used_pct: memory } = predictionOf(makeServer('ppdb-1', 50));
    const times = forecast.timestamps.map((text) => Date.parse(text) / 1000);
    expect(times).toHaveLength(96);
    expect(times[0]).toBeGreaterThan(AT);
    for (let i = 1; i < 96; i++) expect(times[i]! - times[i - 1]!).toBe(300);
    expect(memory.p10).toHaveLength(96);
    expect(memory.p50.slice(0, 3)).toEqual([50.25, 50.5, 50.75]);
    expect(forecast.mem_pct).toEqual(memory.p50);
  });

  test('tells of each threshold whether it is breached now, else how probable that is', () => {
    expect(predictionOf(makeServer('ppdb-1', 80)).thresholds).toEqual([
      {
        ...{ metric: 'mem_used_pct', threshold: 95, direction: 'above', sustained_seconds: 900, breached: false },
        incident_probability: { '30m': 0.05, '1h': 0.1, '4h': 0.2, '8h': 0.4 },
      },
      {
        ...{ metric: 'cpu_iowait_pct', threshold: 20, direction: 'above', sustained_seconds: 900, breached: true },
        incident_probability: null,
      },
    ]);
  });

  test('aligns a forecast from older samples with the same timestamps and says null beyond its end', () => {
    const late = makeForecast('a', 'load_average', (step) => step, ORIGIN - 4 * 300);
    const { load_average: load } = predictionOf({ ...makeServer('a', 5), forecasts: [late] });
    expect(load.p50[0]).toBe(5);
    expect(load.p50.slice(-4)).toEqual([96, 96, null, null]);
  });

  test('computes what is displayed from the value now and the median of the next half hour', () => {
    const { display_metrics: shown, cpu_idle_pct: idle } = predictionOf(makeServer('ppdb-1', 50));
    expect(shown.cpu).toEqual({ current: 20, predicted: 20, delta: 0, unit: '%', trend: 'stable' });
    expect(shown.memory).toEqual({ current: 50, predicted: 50.9, delta: 0.9, unit: '%', trend: 'increasing' });
    expect(idle).toMatchObject({ current: 80, trend: 'stable' });
    expect(shown).not.toHaveProperty('swap');
  });

  test('says null for a value now that is older than half an hour', () => {
    const gap = (time: number) => (time > ORIGIN - 1800 ? Number.NaN : 50);
    const server = makeServer('ppdb-1', 50, { metrics: { mem_used_pct: gap } });
    const { mem_used_pct: memory, display_metrics: shown } = predictionOf(server);
    expect(memory).toMatchObject({ current: null, trend: null });
    expect(shown).not.toHaveProperty('memory');
  });

  test.each([
    [80, 'critical'],
    [79.9, 'warning'],
    [60, 'warning'],
    [50, 'degraded'],
    [49.9, 'healthy'],
    [0, 'healthy'],
  ])('a score of %d is %s to the older dashboards', (score, level) => {
    expect(predictionOf(makeServer('a', score))).toMatchObject({ alert: { level, score } });
  });

  test('shows the levels that are held for a server, and since when, not those of the score of the moment', async () => {
    const server = makeServer('a', 76);
    const held = { ...server, risk: { ...server.risk!, score: 64, color: 'red', alertLevel: 'critical' } } as const;
    expect(predictionOf(held)).toMatchObject({
      risk_score: 64,
      color: 'red',
      color_since: '2026-01-05T11:32:00Z',
      alert: { level: 'critical', score: 64, label: '🔴 Critical' },
    });
    const { summary, alerts, environment } = await currentPredictions([held]);
    expect(summary).toMatchObject({ critical: 1, warning: 0 });
    expect(alerts).toMatchObject([{ level: 'critical', risk_score: 64 }]);
    expect(environment).toMatchObject({ high_risk_servers: 1 });
  });

  test('has 96 steps in the future of who asks, also when a step has begun since the cycle', async () => {
    const cycle = await publishCycle({ at: AT, servers: [makeServer('web-1', 5)] }, DEFAULT_OPTIONS);
    const before = await cycle.predictions(AT + 179);
    expect(before).toBe(await cycle.predictions(AT));
    const late = JSON.parse((await cycle.predictions(AT + 180)).plain.toString());
    const { forecast, mem_used_pct } = late.predictions['web-1'];
    expect(late.timestamp).toBe('2026-01-05T12:02:00Z');
    expect(forecast.timestamps).toHaveLength(96);
    expect(forecast.timestamps[0]).toBe('2026-01-05T12:10:00Z');
    // The first cycle's second step is the first one now; the last lies beyond the forecast.
    const early = JSON.parse(before.plain.toString()).predictions['web-1'].mem_used_pct;
    expect(mem_used_pct.p50.slice(0, -1)).toEqual(early.p50.slice(1));
    const one = serverAnswer(cycle.asked(AT + 180), cycle.servers[0]!, 24);
    expect(one).toMatchObject({ timestamps: forecast.timestamps, timestamp: late.timestamp });
    expect(cycle.asked(AT - 50)).toEqual({ at: AT, cycleAt: AT });
  });

  test('starts its steps strictly after a moment that is itself a step', () => {
    expect(stepTimes(ORIGIN, 300)[0]).toBe(ORIGIN + 300);
  });
});

describe('the flat list of predictions', () => {
  test('has one row per server, metric and horizon', async () => {
    const cycle = await publishCycle({ at: AT, servers: [makeServer('web-1', 5)] }, DEFAULT_OPTIONS);
    const { predictions } = JSON.parse((await cycle.flatPredictions()).plain.toString());
    expect(predictions).toHaveLength(8);
    expect(predictions[1]).toEqual({
      server: 'web-1',
      metric: 'mem_used_pct',
      horizon: '1h',
      p10: 51,
      p50: 53,
      p90: 55,
    });
  });

  test('is about the servers of the other door; subjects stand apart there, too', async () => {
    const servers = [makeSubject('mail'), makeServer('web-1', 5)];
    const cycle = await publishCycle({ at: AT, servers }, DEFAULT_OPTIONS);
    const { predictions, subjects } = JSON.parse((await cycle.flatPredictions()).plain.toString());
    const current = JSON.parse((await cycle.predictions(AT)).plain.toString());
    expect(predictions.map(({ server }: { server: string }) => server)).toEqual(Array(8).fill('web-1'));
    expect(Object.keys(current.predictions)).toEqual(['web-1']);
    expect(subjects[0]).toEqual({
      subject: 'mail',
      metric: 'queue_depth',
      horizon: '30m',
      p10: 404,
      p50: 406,
      p90: 408,
    });
    expect(Object.keys(current.subjects)).toEqual(['mail']);
  });

  test('is valid JSON for an empty fleet', async () => {
    const cycle = await publishCycle({ at: AT, servers: [] }, DEFAULT_OPTIONS);
    expect(JSON.parse((await cycle.flatPredictions()).plain.toString()).predictions).toEqual([]);
    expect(JSON.parse((await cycle.predictions(AT)).plain.toString()).predictions).toEqual({});
  });
});

describe('the warm-up', () => {
  const warming = (server: string, warmupRatio: number): ServerView => ({
    frame: makeFrame(server, { state: 'warming', quality: { warmupRatio } }),
    forecasts: [],
  });

  test('counts records per server and in all', () => {
    expect(warmupView([warming('a', 0.5), warming('b', 1)], 40)).toEqual({
      is_warmed_up: false,
      progress_percent: 75,
      threshold: 40,
      current_size: 60,
      required_size: 80,
      message: '1 of 2 servers are warm',
    });
  });

  test('is not complete without servers, and complete when all are warm', () => {
    expect(warmupView([], 40)).toMatchObject({ is_warmed_up: false, progress_percent: 0 });
    expect(warmupView([warming('a', 1)], 40)).toMatchObject({ is_warmed_up: true, progress_percent: 100 });
  });

  test('tells how many records are missing until the first forecast', () => {
    expect(insufficientHistory([warming('a', 0.45)], 100)).toEqual({
      error: 'insufficient_data',
      message: 'Need at least 100 records per server, have 45',
      predictions: {},
    });
  });
});

describe('names close to an unknown one', () => {
  test('come nearest first, five at most, and only if they are near', () => {
    const fleet = ['ppdb001', 'ppdb002', 'ppdb010', 'ppweb001', 'web', 'ppdb003', 'ppdb004', 'ppdb005'];
    expect(closestNames('ppdb01', fleet)).toEqual(['ppdb001', 'ppdb010', 'ppdb002', 'ppdb003', 'ppdb004']);
    expect(closestNames('PPWEB01', fleet)).toEqual(['ppweb001']);
    expect(closestNames('something-else', fleet)).toEqual([]);
  });

  test('are not looked for when the unknown one is longer than any host name', () => {
    expect(closestNames('a'.repeat(10_000), ['a'.repeat(9_999)])).toEqual([]);
  });

  test('are those that a table of all distances gives, whatever the names are', () => {
    const distanceOf = (from: string, to: string) => {
      const table = Array.from({ length: from.length + 1 }, (_, i) => [i]);
      for (let j = 1; j <= to.length; j++) table[0]![j] = j;
      for (let i = 1; i <= from.length; i++)
        for (let j = 1; j <= to.length; j++)
          table[i]![j] = Math.min(
            table[i - 1]![j - 1]! + Number(from[i - 1] !== to[j - 1]),
            table[i - 1]![j]! + 1,
            table[i]![j - 1]! + 1,
          );
      return table[from.length]![to.length]!;
    };
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 12 });
    fc.assert(
      fc.property(name, fc.uniqueArray(name, { maxLength: 30 }), (wanted, names) => {
        const limit = Math.max(2, Math.floor(wanted.length / 3));
        const near = names
          .map((one) => ({ one, distance: distanceOf(wanted, one) }))
          .filter(({ distance }) => distance <= limit)
          .sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1));
        expect(closestNames(wanted, names)).toEqual(near.slice(0, 5).map(({ one }) => one));
      }),
    );
  });
});

describe('a risk without contributions', () => {
  test('has an alert whose message is the score, and no time to an issue', async () => {
    const risk = { ...makeRisk('a', 90, null), contributions: [] };
    const { alerts } = await currentPredictions([{ ...makeServer('a', 90), risk }]);
    expect(alerts).toMatchObject([{ message: 'risk score 90', time_to_issue: null }]);
  });
});
