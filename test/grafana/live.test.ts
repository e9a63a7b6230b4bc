import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoHere, startDemo } from './demoHere.js';
import { canDraw, type DrawingBoard, openDrawingBoard } from './draw/drawing.js';
import { type Dashboard, drawnPanels, type Panel } from './form.js';
import { DASHBOARDS } from './written.js';

/** Queries that find something for some of what they are asked about, and rightly nothing for the rest. */
const OF_SOME: readonly (readonly [query: RegExp, why: string])[] = [
  [/linborg_anomaly_score:max > 2/, 'few metrics were far from what was forecast'],
  [/linborg_threshold_value/, 'not every metric has a threshold'],
  [
    /time_to_threshold_seconds:min\{server="\$server", level="p.0"\}/,
    'what p50 expects within eight hours, p10 may not',
  ],
];
/** Queries that find nothing on a demo of a few minutes. */
const LATER: readonly (readonly [query: RegExp, why: string])[] = [
  [/age="1h"/, 'linborg shows paths that it made itself, and has run for less than an hour'],
];

let demo: DemoHere;
beforeAll(async () => {
  demo = await startDemo();
}, 300_000);
afterAll(() => demo?.stop());

describe.each(DASHBOARDS)('on the demo, the dashboard $uid', (dashboard) => {
  it('has a series for every query, and something in every panel', async () => {
    const empty: string[] = [];
    for (const panel of drawnPanels(dashboard)) {
      const series = await answers(panel, dashboard);
      const missing = series.filter(({ count, expr }) => count === 0 && !excused([...OF_SOME, ...LATER], expr));
      empty.push(...missing.map(({ expr }) => `${panel.title}: ${expr}`));
      if (series.every(({ count }) => count === 0)) empty.push(`${panel.title}: nothing at all`);
    }
    expect(empty).toEqual([]);
  }, 60_000);

  it('has values for every variable', async () => {
    for (const { name, query } of dashboard.templating.list) {
      if (name === 'datasource') continue;
      const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(String(query)) ?? [];
      expect(await demo.count(`count by (${label}) (${demo.fill(series!)})`), name).toBeGreaterThan(0);
    }
  });

  it('has annotations that Prometheus understands', async () => {
    for (const { expr } of dashboard.annotations.list) expect(await demo.count(expr)).toBeGreaterThanOrEqual(0);
  });
});

it.each(OF_SOME)(
  'queries like %s do not find nothing everywhere',
  async (pattern) => {
    const found: number[] = [];
    for (const dashboard of DASHBOARDS) {
      for (const panel of drawnPanels(dashboard)) {
        const targets = panel.targets?.filter(({ expr }) => pattern.test(expr)) ?? [];
        found.push(...(await answers({ ...panel, targets }, dashboard)).map(({ count }) => count));
      }
    }
    expect(Math.max(...found)).toBeGreaterThan(0);
  },
  60_000,
);

/** `make test-dashboards` and CI see to Grafana's packages. */
describe.runIf(canDraw)("drawn by Grafana's own panel code over the demo", () => {
  let board: DrawingBoard;
  beforeAll(async () => {
    board = await openDrawingBoard(demo.prometheus);
  }, 120_000);
  afterAll(() => board?.close());

  it.each(DASHBOARDS)(
    'the dashboard $uid has something in every panel, and the browser does not complain',
    async (dashboard) => {
      const { panels, complaints, picture } = await board.draw({ dashboard, variables: demo.variables, theme: 'dark' });
      expect(complaints).toEqual([]);
      const wanted = drawnPanels(dashboard);
      expect(panels.map(({ title }) => title)).toEqual(wanted.map(({ title }) => title));
      const faulty = panels.filter(({ isDrawn, fault }) => !isDrawn || fault !== undefined);
      expect(faulty).toEqual([]);
      expect(panels.filter(({ series }) => series === 0)).toEqual([]);
      expect(picture.length).toBeGreaterThan(20_000);
    },
    120_000,
  );

  it('a panel that is empty, and one whose query is refused, are found', async () => {
    const [dashboard] = DASHBOARDS as [Dashboard];
    const like = drawnPanels(dashboard).find(({ type }) => type === 'timeseries')!;
    const { noValue: _, ...defaults } = like.fieldConfig!.defaults;
    const asking = (id: number, title: string, expr: string): Panel => {
      const targets = [{ ...like.targets![0]!, expr }];
      return { ...like, id, title, targets, fieldConfig: { defaults, overrides: [] } };
    };
    const panels = [
      asking(1, 'empty', 'nothing_has_this_name'),
      asking(2, 'refused', 'up{'),
      asking(3, 'good', 'vector(1)'),
    ];
    const drawn = await board.draw({ dashboard: { ...dashboard, panels }, variables: {}, theme: 'light' });
    expect(drawn.panels).toMatchObject([
      { title: 'empty', series: 0, text: 'No data' },
      { title: 'refused', series: 0, fault: expect.stringContaining('parse error') },
      { title: 'good', isDrawn: true },
    ]);
    expect(drawn.panels[2]!.series).toBeGreaterThan(0);
  }, 60_000);
});

it('the demo has pulled and pushed servers side by side', async () => {
  expect(await demo.count('linborg_risk_score')).toBe(7);
  expect(await demo.count('count by (instance) (node_load1)')).toBe(6);
  expect(await demo.count('linborg_push_servers == 1')).toBe(1);
  expect(await demo.count('rate(linborg_push_records_total{outcome="accepted"}[$__rate_interval]) > 0')).toBe(1);
});

it('every rule can be evaluated, and every recording rule is recorded', async () => {
  const rules = await demo.rules();
  const broken = rules.filter(({ health }) => health !== 'ok');
  expect(broken).toEqual([]);
  expect(rules.filter(({ type }) => type === 'alerting').length).toBeGreaterThan(30);
  const names = [...new Set(rules.filter(({ type }) => type === 'recording').map(({ name }) => name))];
  expect(names.length).toBeGreaterThan(20);
  const counts = await Promise.all(names.map((name) => demo.count(`count(last_over_time(${name}[10h]))`)));
  expect(names.filter((_, i) => counts[i] === 0)).toEqual([]);
}, 60_000);

async function answers(panel: Panel, dashboard: Dashboard) {
  return Promise.all(
    (panel.targets ?? []).map(async ({ expr, range }) => ({
      expr,
      count: range
        ? await demo.countOverTime(expr, panel.timeFrom ? { from: `now-${panel.timeFrom}`, to: 'now' } : dashboard.time)
        : await demo.count(expr),
    })),
  );
}

function excused(list: readonly (readonly [RegExp, string])[], text: string): boolean {
  return list.some(([pattern]) => pattern.test(text));
}

it('is told where the demo puts dashboards', () => {
  expect(demo.said).toContain(path.join('grafana', 'dashboards'));
});
