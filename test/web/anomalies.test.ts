import { describe, expect, test } from 'vitest';
import { AT, makeServer } from '../exposition/fleet.js';
import { makeFleetReport } from '../exposition/fleetReport.js';
import { startServer } from './running.js';

const view = { at: AT, servers: [makeServer('web-1', 5)], fleet: makeFleetReport(AT) };

describe('/anomalies', () => {
  test('tells of each category whether its last hour is an anomaly, how severe and sure, and what to do', async () => {
    const response = await fetch(`${await startServer({ view })}/anomalies`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      window_minutes: 60,
      categories: [
        {
          ...{ category: 'api', is_anomaly: true, severity: 'high', confidence: 0.9988, judged: 3, outlying: 2 },
          recommended_action: expect.stringContaining('http_errors_ratio of shop'),
          series: [{ server: 'shop', direction: 'above', excess: 3.25, buckets_outside: 11, buckets_judged: 12 }],
        },
        {
          category: 'infrastructure',
          is_anomaly: false,
          severity: null,
          recommended_action: 'Nothing to do',
          series: [],
        },
        { category: 'ai_engine', status: 'insufficient_data', message: expect.stringContaining('second cycle') },
      ],
    });
  });

  test('says how much of linborg’s own past there is while that cannot be judged', async () => {
    const web = makeServer('web-1', 5);
    const frame = {
      ...{ ...web.frame, server: 'linborg', metrics: ['linborg_cycle_seconds'], state: 'warming' as const },
      quality: { ...web.frame.quality, historyDays: 0.0625, warmupRatio: 0.75 },
    };
    const young = { ...view, servers: [web, { frame, forecasts: [] }] };
    const { categories } = (await (await fetch(`${await startServer({ view: young })}/anomalies`)).json()) as {
      categories: { message?: string }[];
    };
    expect(categories[2]?.message).toContain('are there for 90 minutes, 75 % of what a forecast needs');
    expect(categories[1]?.message).toBeUndefined();
    const page = await (await fetch(await startServer({ view: young }))).text();
    expect(page).toContain('<summary>linborg itself: its own figures (1)</summary>');
    expect(page).not.toContain('Extra targets');
  });
});

describe('the fleet page', () => {
  test('has a line for each category that is anomalous, and for no other', async () => {
    const page = await (await fetch(await startServer({ view }))).text();
    expect(page).toContain('Services: anomaly, high');
    expect(page).toContain('confidence &gt;99%');
    expect(page).not.toContain('Servers: anomaly');
  });
});
