import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoHere, startDemo } from './demoHere.js';
import { canDraw, type DrawingBoard, openDrawingBoard } from './draw/drawing.js';
import { type Dashboard, drawnPanels, type Panel } from './form.js';
import { DASHBOARDS } from './written.js';

/** Queries that rightly find nothing on a demo of a few minutes. */
const MAY_FIND_NOTHING: readonly (readonly [query: RegExp, why: string])[] = [
  [/linborg_incident_(promised|reliability|judged|brier)/, 'too few probabilities of few servers have come due'],
  [/ALERTS/, 'an alert waits for some minutes before it fires'],
  [/linborg_training_distance_score|linborg_drift/, 'known a minute, a week after the start'],
  [/age="1h"/, 'linborg has run for less than an hour'],
  [/linborg_anomaly_score:max > 2/, 'nothing is far from what was forecast while all is well'],
  [/linborg_threshold_value/, 'not every metric has a threshold'],
  [/\(linborg_category_anomaly\)/, 'no category is anomalous while all is well'],
  [/linborg_time_to_threshold_seconds/, 'nothing reaches its threshold while all is well'],
];
/** Recording rules of which the same is true. */
const MAY_RECORD_NOTHING: readonly (readonly [rule: RegExp, why: string])[] = [
  [/threshold_breached|time_to_threshold|stress_ratio|signs_of_trouble/, 'nothing is wrong while all is well'],
  [/linborg_drift/, 'drift is known a week and a day after the start'],
  [/data_quality_issues/, 'no service of the demo counts issues'],
];

let demo: DemoHere;
beforeAll(async () => {
  demo = await startDemo();
}, 240_000);
afterAll(() => demo?.stop());

describe.each(DASHBOARDS)('on the demo, the dashboard $uid', (dashboard) => {
  it('has a series for every query, and something in every panel', async () => {
    const empty: string[] = [];
    for (const panel of drawnPanels(dashboard)) {
      const series = await answers(panel, dashboard);
      const missing = series.filter(({ count, expr }) => count === 0 && !excused(MAY_FIND_NOTHING, expr));
      const said = missing.map(({ expr }) => `${panel.title}: ${expr}`);
      // Where nothing is good news, the panel says so.
      const isEmpty = panel.fieldConfig?.defaults.noValue === undefined && series.every(({ count }) => count === 0);
      empty.push(...(isEmpty && said.length === 0 ? [`${panel.title}: nothing at all`] : said));
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
      // What has no series says so in words of its own, or asks for what the demo rightly has not.
      const empty = panels.filter(({ series }, i) => series === 0 && !mayBeEmpty(wanted[i]!));
      expect(empty).toEqual([]);
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

it('every recording rule is recorded', async () => {
  const rules = await demo.recordingRules();
  expect(rules.length).toBeGreaterThan(20);
  const broken = rules.filter(({ health }) => health !== 'ok');
  expect(broken).toEqual([]);
  const names = [...new Set(rules.map(({ name }) => name))].filter((name) => !excused(MAY_RECORD_NOTHING, name));
  const counts = await Promise.all(names.map((name) => demo.count(`count(last_over_time(${name}[1h]))`)));
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

/** Nothing is good news there, or none of its queries can find anything on this demo. */
function mayBeEmpty({ fieldConfig, targets = [] }: Panel): boolean {
  return fieldConfig?.defaults.noValue !== undefined || targets.every(({ expr }) => excused(MAY_FIND_NOTHING, expr));
}

function excused(list: readonly (readonly [RegExp, string])[], text: string): boolean {
  return list.some(([pattern]) => pattern.test(text));
}

it('is told where the demo puts dashboards', () => {
  expect(demo.said).toContain(path.join('grafana', 'dashboards'));
});
