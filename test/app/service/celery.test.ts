import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servicesAnswer } from '../../../src/exposition/answers/services.js';
import {
  hasPrometheus,
  type RawSeries,
  type RealPrometheus,
  startPrometheus,
} from '../../sources/fixtures/realPrometheus.js';
import { hasCelery, type RealCelery, startCelery, WORKER } from '../fixtures/celery.js';
import { runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { until, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

const HOUR = 3600;
const DEPTH = 40;
const SYSTEM = 'celery-system';

type Summary = ReturnType<typeof servicesAnswer.parse>;
type Figure = Summary['services'][number]['figures'][number];

/** What redis_exporter would have said of a queue that has grown for nine hours to the depth it really has. */
function growth(until: number): RawSeries {
  const points: [number, number][] = [];
  for (let time = until - 9 * HOUR; time <= until; time += 30)
    points.push([time, Math.round(DEPTH * (1 - (until - time) / (10 * HOUR)))]);
  return { labels: { __name__: 'redis_key_size', job: 'redis', db: 'db0', key: 'low_priority' }, points };
}

describe.runIf(hasPrometheus && hasCelery)('a real Celery with Redis, flower and their exporters', () => {
  let prometheus: RealPrometheus;
  let celery: RealCelery;

  beforeAll(async () => {
    celery = await startCelery();
    const jobs = Object.entries(celery.targets).map(
      ([job, target]) => `  - job_name: ${job}\n    static_configs: [{ targets: ['${target}'] }]\n`,
    );
    prometheus = await startPrometheus(`global: { scrape_interval: 1s }\nscrape_configs:\n${jobs.join('')}`);
    await prometheus.write([growth(Date.now() / 1000 - 5)]);
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    await celery?.stop();
  });

  async function recorded(query: string): Promise<number> {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? Number.NaN);
  }

  it('has its queues, workers and tasks in the summary, with trend, forecast and source', async () => {
    await celery.enqueue('resize', 'low_priority', DEPTH);
    // A counter is known by its rise: the first task of each kind only makes it appear.
    await celery.enqueue('resize', 'celery', 1);
    await celery.enqueue('reject', 'high_priority', 1);
    await until(
      () => recorded('count(flower_events_total{type=~"task-(succeeded|failed)"})'),
      (kinds) => kinds === 2,
    );
    await celery.enqueue('resize', 'celery', 30);
    await celery.enqueue('reject', 'high_priority', 10);
    await until(
      () => recorded('sum(flower_events_total{type=~"task-(succeeded|failed)"})'),
      (tasks) => tasks === 42,
    );

    const file = writeConfiguration({
      url: prometheus.url,
      keys: { target_packs: [{ pack: 'celery', targets: { queue_depth: { threshold: 45 } } }], cycle: '1s' },
      source: { min_window: '2m' },
    });
    const { url } = await startService(file);
    await untilReady(url);
    const summary = async (): Promise<Summary> =>
      servicesAnswer.parse(await (await fetch(`${url}/api/v1/services/summary`)).json());
    const search = (name: string, metric: string, of: Summary): Figure | undefined =>
      of.services.find((one) => one.name === name)?.figures.find((each) => each.metric === metric);
    // The exporter of Redis is scraped once a second: what the workers took a moment ago may still wait in it.
    const found = await until(
      summary,
      (now) => now.silent.length === 0 && search('high_priority', 'queue_depth', now)?.value === 0,
    );
    const figure = (name: string, metric: string, of = found): Figure => {
      const one = search(name, metric, of);
      if (one === undefined) throw new Error(`no ${metric} of ${name} in ${JSON.stringify(of)}`);
      return one;
    };

    const waiting = figure('low_priority', 'queue_depth');
    expect(waiting).toMatchObject({ value: DEPTH, unit: 'count' });
    expect(waiting.trend_pct).toBeGreaterThan(8);
    expect(waiting.trend_pct).toBeLessThan(14);
    const { p10, p50, p90, time } = waiting.forecast!;
    expect(p10).toBeLessThanOrEqual(p50);
    expect(p50).toBeLessThanOrEqual(p90);
    expect(p50).toBeGreaterThan(35);
    expect(p50).toBeLessThan(55);
    expect(Date.parse(time) - Date.parse(found.timestamp)).toBe(HOUR * 1000);
    const [source] = waiting.sources;
    expect(source).toMatchObject({ name: `prometheus ${prometheus.url}`, target: 'celery' });
    expect(await recorded(`${source!.query} > 39`)).toBe(DEPTH);
    expect(found.services.find(({ name }) => name === 'low_priority')!.risk_score).toBeGreaterThan(0);

    const empty = figure('high_priority', 'queue_depth');
    expect(empty).toMatchObject({ value: 0, trend_pct: null, forecast: null });

    expect(figure(SYSTEM, 'tasks_rate')).toMatchObject({ unit: 'per_second', trend_pct: null, forecast: null });
    expect(figure(SYSTEM, 'tasks_rate').value).toBeGreaterThan(0.1);
    expect(figure(SYSTEM, 'tasks_success_ratio').value).toBeCloseTo(0.75, 1);
    expect(figure(SYSTEM, 'task_seconds').value).toBeGreaterThan(0.02);
    expect(figure(SYSTEM, 'task_seconds').value).toBeLessThan(5);
    expect(figure(SYSTEM, 'workers_online').value).toBe(1);
    expect(figure(SYSTEM, 'workers_busy_ratio').value).toBe(0);
    expect(figure(SYSTEM, 'system_health_ratio').value).toBe(1);
    expect(figure(WORKER, 'worker_success_ratio').value).toBeCloseTo(0.75, 1);
    expect(figure(WORKER, 'worker_active_tasks').value).toBeLessThan(1);
    expect(figure(WORKER, 'worker_memory_bytes').value).toBeGreaterThan(10e6);
    expect(figure(WORKER, 'worker_memory_bytes').value).toBeLessThan(1e9);
    expect(figure(WORKER, 'worker_cpu_cores').value).toBeGreaterThan(0);

    // There is no server, and what is asked for is found.
    const { code, stdout } = await runHere('check', 'mappings', '--config.file', file);
    expect(stdout).toMatch(/^queue_depth +1 +\d.* low_priority$/m);
    expect(code).toBe(0);

    await celery.stopWorker();
    const after = await until(summary, (now) => figure(SYSTEM, 'workers_online', now).value === 0);
    expect(figure(SYSTEM, 'system_health_ratio', after).value).toBe(0.5);
  }, 180_000);
});
