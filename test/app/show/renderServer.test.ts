import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASCII, type Canvas, UNICODE } from '../../../src/app/show/drawSeries.js';
import { renderServer } from '../../../src/app/show/renderServer.js';
import type { Risk } from '../../../src/core/flow.js';
import type { ServerView } from '../../../src/exposition/cycleView.js';
import { AT, makeForecast, makeFrame } from '../../exposition/fleet.js';

const HOUR = 3600;
const leak = (time: number) => 60 + 3 * Math.max(0, 8 + (time - AT) / HOUR);

function leaking(): ServerView {
  const frame = makeFrame('ppweb001', { metrics: { mem_used_pct: leak, load_average: () => 2 } });
  const forecasts = [
    makeForecast('ppweb001', 'mem_used_pct', (step) => 84 + step / 8),
    makeForecast('ppweb001', 'load_average', () => 4),
  ];
  const risk: Risk = {
    ...{ server: frame.server, profile: frame.profile, at: AT, score: 72, color: 'red', alertLevel: 'critical' },
    contributions: [
      {
        metric: 'mem_used_pct',
        points: 72,
        reason:
          'mem_used_pct 84 % reaches 95 % in 7 h 20 min (p90 6 h 30 min, p10 not within 8 h); last 3 h +3 per hour',
      },
    ],
    incidentProbability: { '30m': 0, '1h': 0, '4h': 0.2, '8h': 0.6 },
    thresholds: [{ metric: 'mem_used_pct', threshold: 95, direction: 'above', sustainedSeconds: 0, breached: false }],
    timeToThreshold: [],
  } as Risk;
  return { frame, forecasts, risk };
}

const plain: Canvas = { columns: 80, hasColor: false, symbols: UNICODE };

describe('a server in the terminal', () => {
  it('is drawn with its past, its forecast, the band and the threshold, in 80 columns without color', async () => {
    const text = renderServer(leaking(), AT, undefined, plain);
    await expect(`${text}\n`).toMatchFileSnapshot('golden/server.txt');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).not.toContain('\x1b');
  });

  it('has colors as an aid only: without them the same text remains', () => {
    const colored = renderServer(leaking(), AT, undefined, { ...plain, hasColor: true });
    expect(colored).toContain('\x1b[31m-\x1b[39m');
    // biome wants no control characters in a regular expression.
    expect(colored.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(
      renderServer(leaking(), AT, undefined, plain),
    );
  });

  it('is drawn in plain ASCII where a terminal shows nothing else', async () => {
    const text = renderServer(leaking(), AT, undefined, { ...plain, columns: 120, symbols: ASCII });
    await expect(`${text}\n`).toMatchFileSnapshot('golden/server-ascii.txt');
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('shows the metrics that were asked for, and values that never move', () => {
    const text = renderServer(leaking(), AT, ['load_average'], plain);
    expect(text).toContain('load_average: one-minute load average');
    expect(text).not.toContain('mem_used_pct: memory');
  });

  it.each([40, 100])('fits %i columns', (columns) => {
    const text = renderServer(leaking(), AT, undefined, { ...plain, columns });
    const drawn = text.split('\n').filter((line) => line.includes('│') || line.includes('now'));
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  it('says why there is no forecast of a server that has none', () => {
    const { frame } = leaking();
    const text = renderServer({ frame: { ...frame, state: 'warming' }, forecasts: [] }, AT, ['mem_used_pct'], plain);
    expect(text).toContain('warming up');
    expect(text).toContain('•');
    expect(text).toContain('mem_used_pct: memory in use (1 - available/total), no forecast yet');
    expect(text.split('\n').slice(0, -2).join('')).not.toContain('*');
  });

  it('without a risk and a forecast draws what it has', () => {
    const { frame } = leaking();
    const text = renderServer({ frame: { ...frame, state: 'warming' }, forecasts: [] }, AT, undefined, plain);
    expect(text).toContain('mem_used_pct: memory in use');
    expect(text).toContain('load_average: one-minute load average, no forecast yet');
  });

  it('is not flattened by a threshold that lies far off', () => {
    const near = leaking();
    const far = { ...near, risk: { ...near.risk!, thresholds: [{ ...near.risk!.thresholds[0]!, threshold: 9000 }] } };
    const text = renderServer(far, AT, ['mem_used_pct'], plain);
    expect(text).toContain('threshold 9,000%');
    expect(text).toMatch(/^ +100 │/m);
    expect(text).not.toMatch(/│-+/);
  });

  it('has labels at round values, as many rows apart, and at round times', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 1e4, noNaN: true })),
        (from, span) => {
          const frame = makeFrame('ppweb001', {
            metrics: { load_average: (time) => from + (span * (time % 7200)) / 7200 },
          });
          const lines = renderServer({ frame, forecasts: [] }, AT, ['load_average'], plain).split('\n');
          const rows = lines.filter((line) => line[9] === '│').map((line) => line.slice(0, 8).trim());
          const labelled = rows.flatMap((label, row) => (label === '' ? [] : [row]));
          const gaps = new Set(labelled.slice(1).map((row, index) => row - labelled[index]!));
          expect(gaps.size).toBe(1);
          expect([labelled[0], labelled.at(-1)]).toEqual([0, rows.length - 1]);
          expect(new Set(rows.filter((label) => label !== '')).size).toBe(labelled.length);
          expect(lines.at(-3)).toMatch(/21:00 +00:00 +03:00 +06:00 +09:00 +now +15:00 +18:00/);
        },
      ),
    );
  });
});
