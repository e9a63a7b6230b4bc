import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../../src/app/backtest/report/renderReport.js';
import type { BacktestReport, DatasetReport } from '../../../../src/app/backtest/report/reportData.js';
import { anyReport } from './anyReport.js';
import { readHtml, textOf } from './readHtml.js';
import { makeDataset, makeDrawn, makeGroup, makeReport, makeScore } from './smallReport.js';

const ratioOf = (value: number, low: number | null, high: number | null): DatasetReport['ratios'] => [
  { ...makeDataset().ratios[0]!, mase: { value, low, high } },
];

const pageText = (changes: Partial<BacktestReport> = {}) => textOf(renderReport(makeReport(changes)));

describe('the whole page', () => {
  test('is what the golden file holds', async () => {
    // The style sheet is left out: its lines are for browsers, and its hash would change with each of them.
    const page = renderReport(makeReport())
      .replace(/<style>.*<\/style>/s, '<style></style>')
      .replace(/sha256-[^&]+&#39;/, 'sha256-…&#39;');
    await expect(page).toMatchFileSnapshot('golden/small.html.txt');
  });

  test('is well-formed, asks for nothing outside and runs nothing', () => {
    const page = renderReport(makeReport());
    const elements = readHtml(page);
    expect(elements.filter(({ name }) => ['script', 'iframe', 'img', 'link', 'object'].includes(name))).toEqual([]);
    for (const { attributes } of elements) {
      expect(attributes['src']).toBeUndefined();
      expect(attributes['style']).toBeUndefined();
      expect(attributes['href'] ?? '#').toMatch(/^#/);
    }
    expect(page).not.toMatch(/url\(|@import|https?:/);
  });

  test('every anchor leads to a part of the page', () => {
    const elements = readHtml(renderReport(makeReport({ datasets: [makeDataset(), makeDataset({ name: 'bank' })] })));
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const anchors = elements.flatMap(({ attributes }) => attributes['href'] ?? []);
    expect(anchors.length).toBeGreaterThan(4);
    for (const anchor of anchors) expect(ids).toContain(anchor.slice(1));
  });

  test('allows its own style sheet by its hash, and nothing else', () => {
    const page = renderReport(makeReport());
    const policy = readHtml(page).find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    const [, style] = /<style>(.*)<\/style>/s.exec(page)!;
    const hash = createHash('sha256').update(style!).digest('base64');
    expect(policy!.attributes['content']).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
  });
});

describe('the answer', () => {
  test('of one data set names the best method by hand and what the band held', () => {
    expect(pageText()).toContain(
      'On these 4 series of shop, the served forecast missed by 18% less than the best method by hand (7-day median, chosen in hindsight); its p10–p90 held 80.3% of what came (80% is promised).',
    );
  });

  test('of several data sets is the mean over them, and the side-by-side table has a verdict for each', () => {
    const text = pageText({
      datasets: [
        makeDataset({ ratios: ratioOf(0.8, 0.7, 0.9) }),
        makeDataset({ name: 'ramps', ratios: ratioOf(1.1, 1.05, 1.2) }),
        makeDataset({ name: 'nightly', ratios: ratioOf(0.95, 0.8, 1.1) }),
      ],
    });
    expect(text).toContain('On these 12 series of 3 data sets, the served forecast missed by 5.0% less than');
    expect(text).toMatch(/shop 4 7-day median 0\.800 0\.70 to 0\.90 .* better ramps/);
    expect(text).toMatch(/ramps 4 7-day median 1\.100 .* worse nightly/);
    expect(text).toMatch(/nightly 4 7-day median 0\.950 .* not certain/);
  });

  test('says where it lost, by how much, and whether that is certain', () => {
    const lost = pageText({ datasets: [makeDataset({ ratios: ratioOf(1.1, 1.05, 1.2) })] });
    expect(lost).toContain('missed by 10% more than the best method by hand');
    expect(lost).toContain('Lost on shop: it missed by 10% more than 7-day median (95% interval +5.0% to +20%).');
    const doubtful = pageText({ datasets: [makeDataset({ ratios: ratioOf(1.1, 0.9, 1.3) })] });
    expect(doubtful).toContain('(95% interval −10% to +30%), which is not certain.');
    const unproven = pageText({ datasets: [makeDataset({ ratios: ratioOf(0.9, 0.7, 1.1) })] });
    expect(unproven).toContain('Not certain on shop: −10% (95% interval −30% to +10%).');
  });

  test('names the metrics that were forecast worse than by hand', () => {
    expect(pageText()).toContain(
      'Lost by metric, in median MASE: disk_usage_pct (0.500 against 0.450 of 7-day median).',
    );
    const winning = makeDataset({ byMetric: [makeGroup('cpu_user_pct', 0.6, 0.8, 1.3)] });
    expect(pageText({ datasets: [winning] })).toContain('It lost on no data set and on no metric.');
  });

  test('says when the band is too narrow or too wide', () => {
    const covering = (coverage: number) => ({
      ...makeDataset(),
      overall: { ...makeGroup('all', 0.6, 0.7, 1), scores: [makeScore('served', 0.6, coverage)] },
    });
    expect(pageText({ datasets: [covering(0.7)] })).toContain('p10–p90 is too narrow for 77% to 83%: it held 70.0%.');
    expect(pageText({ datasets: [covering(0.9)] })).toContain('p10–p90 is wider than it need be');
    expect(pageText()).not.toMatch(/too narrow|wider than it need/);
  });

  test('says a large loss as a factor, and leaves out a loss within half a percent', () => {
    const worse = makeDataset({
      byMetric: [makeGroup('swap_used_pct', 0.9, 0.05, 1), makeGroup('load_average', 0.301, 0.3, 1)],
    });
    const text = pageText({ datasets: [worse] });
    expect(text).toContain('Lost by metric, in median MASE: swap_used_pct (0.900 against 0.050 of 7-day median).');
    expect(text).toMatch(/swap_used_pct 4 0\.900 0\.918 0\.050 × 18 /);
  });

  test('without a scored series says so', () => {
    const empty = makeDataset({ scoredSeries: 0, ratios: [], medianMase: [], forecasts: 0, bestNaive: null });
    expect(pageText({ datasets: [empty] })).toContain('No forecast could be scored, so there is no answer.');
    expect(pageText({ datasets: [] })).toContain('No forecast could be scored, so there is no answer.');
  });

  test('without a served forecast judges the model', () => {
    const methods = makeReport().methods.filter(({ kind }) => kind !== 'served');
    expect(pageText({ methods })).toContain('the forecast of TFT missed by 16% less than');
  });
});

describe('the tables', () => {
  const rowsOf = (page: string) => [...page.matchAll(/<tr.*?<\/tr>/gs)].map(([row]) => row);

  test('have the lowest error and the coverage closest to the promise in bold', () => {
    const row = rowsOf(renderReport(makeReport())).find((text) => text.includes('class="served"'))!;
    const bold = [...row.matchAll(/<b>(.*?)<\/b>/g)].map(([, text]) => text);
    expect(bold).toEqual(['0.610', '0.820', '0.122', '80.3%', '75%']);
  });

  test('show a dash for what was not measured', () => {
    const row = rowsOf(renderReport(makeReport())).find((text) => text.includes('persistence'))!;
    expect(textOf(row)).toBe('persistence 1.200 1.15 to 1.25 – – 0.240 – – – –');
  });
});

describe('the drawn series', () => {
  test('carry server, metric, unit, ratio and their forecasts with the times', () => {
    const text = pageText();
    expect(text).toContain('disk_usage_pct of ppdb-2 database · fullest file system · in %');
    expect(text).toContain('7.00 × the error by hand (+600%) · MASE 3.50 against 0.50 · coverage 81%');
    expect(text).toContain('forecast at Mon 2026-01-05 12:00');
  });

  test('say what an error below the floor counts as', () => {
    const exact = makeDrawn({ ratio: 8, mase: 0.4, naiveMase: 0.001 });
    const text = pageText({ datasets: [makeDataset({ best: [], worst: [exact] })] });
    expect(text).toContain('MASE 0.40 against 0.001 (counts as 0.05)');
  });

  test('of a short or flat forecast, and of none, are drawn without a fault', () => {
    const flat = makeDrawn().forecasts[0]!;
    const forecasts = [
      { ...flat, history: [], actual: [], p10: [], p50: [], p90: [], naive: [] },
      { ...flat, history: [5], actual: [5], p10: [5], p50: [5], p90: [5], naive: [5] },
    ];
    const page = renderReport(makeReport({ datasets: [makeDataset({ best: [makeDrawn({ forecasts })], worst: [] })] }));
    readHtml(page);
    expect(page).not.toContain('NaN');
    expect(textOf(page)).not.toContain('The worst series');
  });
});

test('what comes from outside is escaped wherever it stands', () => {
  const hostile = `</style><script>alert(1)</script>"'&`;
  const group = { ...makeGroup(hostile, 0.6, 0.7, 1), scores: [makeScore(hostile, 0.6, 0.8)] };
  const page = renderReport(
    makeReport({
      created: hostile,
      linborg: hostile,
      command: hostile,
      model: { name: hostile, created: hostile, engine: hostile, sha256: hostile },
      yardstick: { name: hostile, created: hostile },
      methods: [...makeReport().methods, { id: hostile, kind: 'naive', title: hostile }],
      datasets: ['a', hostile].map((name) =>
        makeDataset({
          name,
          bestNaive: hostile,
          notScored: [{ reason: hostile, series: 1 }],
          byMetric: [group],
          byHorizon: [group],
          byProfile: [group],
          best: [makeDrawn({ server: hostile, metric: hostile, profile: hostile })],
        }),
      ),
    }),
  );
  expect(readHtml(page).filter(({ name }) => name === 'script')).toEqual([]);
  expect(page.match(/<style>/g)).toHaveLength(1);
  expect(page).not.toContain('alert(1)</script>');
  expect(page).toContain('&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
});

test('any report gives well-formed HTML without NaN, Infinity, undefined or null', () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const page = renderReport(report);
      readHtml(page);
      expect(page.match(/.{40}(?:NaN|Infinity|undefined|null|\[object).{0,40}/)?.[0]).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});

test('a report that was written to report.json and read back gives the same page', () => {
  const report = makeReport();
  const again = JSON.parse(JSON.stringify(report)) as BacktestReport;
  expect(renderReport(again)).toBe(renderReport(report));
});
