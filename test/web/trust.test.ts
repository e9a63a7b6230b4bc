import { describe, expect, test } from 'vitest';
import type { ProbabilityAccuracy, TruthReport } from '../../src/core/truth.js';
import { AT, makeFleet, makeServer } from '../exposition/fleet.js';
import { makeAccuracy, makeDrift, makeIncidentTruth, makeTruth } from '../exposition/truth.js';
import { type Setting, startServer } from './running.js';

async function read(path: string, setting?: Setting): Promise<string> {
  const response = await fetch((await startServer(setting)) + path);
  expect(response.status).toBe(200);
  return response.text();
}

const withTruth = (truth: TruthReport | undefined): Setting => ({
  view: { at: AT, servers: [makeServer('web-1', 5)], truth },
});

describe('“Can I trust it?” on the fleet page', () => {
  test('says error, gain, coverage, who serves and drift in one figure each', async () => {
    const accuracy = [
      makeAccuracy({ mase: 0.4, coverage: 0.7, forecasts: 3000, skill: { persistence: 0.5, mean_1h: 0.2 } }),
      makeAccuracy({ mase: 0.6, coverage: 0.9, forecasts: 1000, skill: { persistence: 0.1 } }),
      makeAccuracy({ mase: Number.NaN, coverage: Number.NaN, forecasts: 0, skill: {} }),
    ];
    const page = await read('/', withTruth(makeTruth(AT, { accuracy })));
    const figures = [...page.matchAll(/<dt>([^<]+)<\/dt><dd><b>([^<]+)<\/b>/g)].map(([, name, figure]) => [
      name,
      figure,
    ]);
    expect(figures).toEqual([
      ['Error', '0.50'],
      ['Against the best baseline', '+15%'],
      ['Inside p10–p90', '75%'],
      ['Served by the model', '1 of 2'],
      ['Drift', 'over a limit'],
    ]);
  });

  test('tells the gain in hindsight until a live one is known', async () => {
    const accuracy = [makeAccuracy({ mase: 0.6, skill: {} })];
    const hindsight = [makeAccuracy({ mase: 0.9, coverage: 0.1, skill: { persistence: 0.3, median_7d: 0.22 } })];
    const page = await read('/', withTruth(makeTruth(AT, { accuracy, hindsight })));
    expect(page).toContain('<b>+22%</b> <span class="small muted">in hindsight: the median gain');
    expect(page).toContain('<dt>Error</dt><dd><b>0.60</b>');
    expect(page).toContain('<dt>Inside p10–p90</dt><dd><b>80%</b>');
    expect(await read('/')).not.toContain('in hindsight: the median gain');
  });

  test.each([
    [{ needsRetraining: false, anomalyRate: 0.01 }, 'within limits'],
    [{ needsRetraining: false, anomalyRate: 0.01, dss: Number.NaN }, 'not known yet'],
    [{ needsRetraining: true, dss: Number.NaN }, 'over a limit'],
  ])('says of drift %j: %s', async (drift, word) => {
    const page = await read('/', withTruth(makeTruth(AT, { drift: makeDrift(drift) })));
    expect(page).toContain(`<dt>Drift</dt><dd><b>${word}</b>`);
  });

  test.each([
    [undefined, 'the first verdicts come due 30 min after the first forecasts'],
    [makeTruth(AT, { judged: 0, since: Number.NaN }), 'the first verdicts come due 30 min after the first forecasts'],
    [makeTruth(AT, { judged: 0, since: AT - 600 }), 'the first verdicts come due in 20 min.'],
    [makeTruth(AT, { judged: 0, since: AT - 1900 }), 'the first verdicts come with the next complete bucket'],
    [
      makeTruth(AT, { judged: 0 }),
      'Meanwhile 8,000 verdicts in hindsight, on forecasts of the last days made at the start, teach how to serve. Their error is 0.44 of that of “as a day ago” (median), the gain over the best of six baselines +13%, and 77% of the samples',
    ],
  ])('says when the first verdicts come (%#)', async (truth, words) => {
    expect(await read('/', withTruth(truth))).toContain(words);
  });

  test('is withdrawn with the cycle', async () => {
    expect(await read('/', { ...withTruth(makeTruth(AT)), now: () => AT + 999 })).not.toContain('Can I trust it?');
  });
});

describe('the trust page', () => {
  test('says in words how many probabilities came true, and in red which are off', async () => {
    const page = await read('/trust');
    expect(page).toContain('of 210 probabilities about 31%, <span class="green-text">28%</span> came true');
    expect(page).toContain('<h3>Within 4h</h3><p class="small muted">Brier score 0.031, +25% against always');
    expect(page).not.toContain('Within 8h');
    expect(page).toContain(
      '2,000 in hindsight at the start · 3 left out: something was done about the server · 320 to come',
    );
    const [horizon] = makeIncidentTruth().probabilities as [ProbabilityAccuracy];
    const bins = [{ from: 0.3, to: 0.4, cases: 300, breaches: 200, promised: 0.34, observed: 0.66 }];
    const incidents = makeIncidentTruth({ probabilities: [{ ...horizon, skill: NaN, bins }] });
    expect(await read('/trust', withTruth(makeTruth(AT, { incidents })))).toContain(
      'about 34%, <span class="red-text">66%</span> came true',
    );
  });

  test('draws what was promised beside what came: the more cases the larger, right on the diagonal', async () => {
    const [horizon] = makeIncidentTruth().probabilities as [ProbabilityAccuracy];
    const bins = [
      { from: 0, to: 0.1, cases: 400, breaches: 0, promised: 0, observed: 0 },
      { from: 0.5, to: 0.6, cases: 100, breaches: 100, promised: 0.5, observed: 1 },
    ];
    const incidents = makeIncidentTruth({ probabilities: [{ ...horizon, bins }] });
    const page = await read('/trust', withTruth(makeTruth(AT, { incidents })));
    const dots = [...page.matchAll(/<circle class="([^"]+)" cx="([^"]+)" cy="([^"]+)" r="([^"]+)"/g)];
    expect(dots.map((dot) => dot.slice(1))).toEqual([
      ['fill-green', '44', '154', '7'],
      ['fill-red', '138', '8', '3.5'],
    ]);
  });

  test('says honestly that probabilities are not yet judged', async () => {
    const incidents = makeIncidentTruth({ probabilities: [], mitigated: 0, hindcasts: 0 });
    const page = await read('/trust', withTruth(makeTruth(AT, { incidents })));
    expect(page).toContain('Not yet judged: of no tenth of the probabilities have 20 come due.');
  });

  test('shows each metric with who serves it and the verdict per horizon', async () => {
    const page = await read('/trust');
    const rows = page.split('\n').filter((line) => line.includes('data-label="Served by"'));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('error 0.71 against 0.81');
    expect(rows[0]).toMatch(
      /predict_linear_4h<\/span> <span class="small muted">for <span title="since [^"]*0\.6">database/,
    );
    expect(rows[0]).toMatch(/0\.71<div class="small one-line"><span class="red-text">−3%<\/span>.*83% inside/);
    expect(rows[0]).toContain('<td class="number" data-label="Drift">0.31</td>');
    expect(rows[0]).toContain(
      'title="900 judged in hindsight" data-label="Error, 1h"><span class="muted">(0.44)</span>',
    );
    expect(rows[0]).toContain('<span class="muted" title="in hindsight">(+13%)</span>');
    expect(rows[1]!.match(/not judged yet/g)).toHaveLength(4);
    expect(rows[1]).toContain('pill yellow');
  });

  test('counts what was judged live, read back and judged in hindsight apart', async () => {
    const judgedAtStart = { recorded: 96, hindcasts: 8000 };
    expect(await read('/trust', withTruth(makeTruth(AT, { judgedAtStart })))).toContain(
      '12,345 judged · 96 read back from before the start · 8,000 in hindsight at the start · 640 to come',
    );
    const none = makeTruth(AT, { judgedAtStart: { recorded: 0, hindcasts: 0 } });
    expect(await read('/trust', withTruth(none))).toContain('12,345 judged · 640 to come');
  });

  test('says drift in numbers, limits and words', async () => {
    const page = await read('/trust');
    expect(page).toContain('Retrain when convenient');
    expect(page).toContain('<span class="red-text">0.31</span></td><td class="number" data-label="Limit">0.20</td>');
    expect(page).toContain('not known yet');
    expect(page).toContain('calm 10%, ramping 42%');
    expect(page).toContain(
      'Against the training the inputs are 0.58 apart: a fleet of another kind, which is no drift.',
    );
    const alike = withTruth(makeTruth(AT, { drift: makeDrift({ unfamiliarity: 0.08 }) }));
    expect(await read('/trust', alike)).toContain('0.08 apart: alike.');
  });

  test('escapes what comes from outside', async () => {
    const serving = [{ metric: '<b>x</b>', model: '<i>m</i>', since: AT, reason: '"><script>' }];
    const page = await read('/trust', withTruth(makeTruth(AT, { serving })));
    expect(page).not.toMatch(/"><script>|<b>x|<i>m/);
  });

  test('and the doors stand while the ledger is empty', async () => {
    const serving = [{ metric: 'a', model: 'default', since: Number.NaN, reason: 'nothing is judged yet' }];
    const empty = withTruth(makeTruth(AT, { since: Number.NaN, pending: 0, judged: 0, accuracy: [], serving }));
    expect(await read('/trust', empty)).toContain('title="nothing is judged yet"');
    expect(JSON.parse(await read('/drift/report', empty))).toMatchObject({ forecasts: { since: null, judged: 0 } });
  });

  test('stands without a ledger, and before the first cycle', async () => {
    expect(await read('/trust', withTruth(undefined))).toContain('Not judged yet');
    expect(await read('/trust', { view: undefined, totals: { startedAt: AT - 30 } })).toContain('Starting:');
  });
});

describe('/drift/status and /drift/report', () => {
  test('answer from the last cycle', async () => {
    const url = await startServer();
    const status = await (await fetch(`${url}/drift/status`)).json();
    expect(status).toMatchObject({ status: 'drifting', per: 0.04, anomaly_rate: null, needs_retraining: true });
    const report = await (await fetch(`${url}/drift/report`)).json();
    expect(report).toMatchObject({ ...(status as object), regimes: { calm: 0.1, ramping: 0.42 } });
  });

  test('say so where there is nothing, and when the cycle is withdrawn', async () => {
    const drift = makeDrift({ combinedScore: Number.NaN, needsRetraining: false, recommendation: 'Not known yet' });
    const unknown = await read('/drift/status', withTruth(makeTruth(AT, { drift })));
    expect(JSON.parse(unknown)).toMatchObject({ status: 'insufficient_data', recommendation: 'Not known yet' });
    const late = JSON.parse(await read('/drift/report', { view: makeFleet(), now: () => AT + 999 }));
    expect(late).toMatchObject({
      status: 'insufficient_data',
      message: expect.stringContaining('no cycle has succeeded'),
    });
  });

  test('want the key and keep the limit of the other JSON doors', async () => {
    const url = await startServer({ web: { api_key: 'secret', rate_limits: { predictions_per_minute: 1 } } });
    expect((await fetch(`${url}/drift/report`)).status).toBe(401);
    const headers = { 'X-API-Key': 'secret' };
    expect((await fetch(`${url}/drift/report`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/drift/status`, { headers })).status).toBe(429);
  });
});
