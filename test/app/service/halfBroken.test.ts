import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LyingServer, refuse, SERVERS, startLyingServer } from '../../sources/fixtures/lyingServer.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { figureOf, samplesOf, scrape, serversOf, until, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

let source: LyingServer;

beforeAll(async () => {
  source = await startLyingServer();
});

afterAll(() => source?.stop());

/** Waits until two more cycles have ended: the first of them may have begun before the call. */
async function twoCycles(url: string): Promise<string> {
  const before = figureOf(await scrape(url), 'linborg_cycles_total') ?? 0;
  return until(
    () => scrape(url),
    (text) => (figureOf(text, 'linborg_cycles_total') ?? 0) >= before + 2,
  );
}

it('goes on without a metric whose query is refused, says so once, and once that it works again', async () => {
  source.lie = () => false;
  const { url, log } = await startService(writeConfiguration({ url: source.url, keys: { cycle: '500ms' } }));
  await untilReady(url);
  const saidOf = (message: string) =>
    log.filter(({ msg, metric, query }) => msg === message && /load_average/.test(`${metric} ${query}`));

  // The Java alternatives count that series, too.
  source.lie = ({ query }, response) =>
    query.includes('node_load1') && !query.includes('count_over_time')
      ? refuse(response, 422, 'execution', 'query processing would load too many samples')
      : false;
  await twoCycles(url);
  const text = await twoCycles(url);
  expect(serversOf(text, 'linborg_risk_score')).toEqual(SERVERS);
  expect(figureOf(text, 'linborg_cycles_failed_total')).toBe(0);
  expect(samplesOf(text, 'linborg_source_queries_failed_total')[0]?.value).toBeGreaterThan(1);
  expect(saidOf('a query failed')).toHaveLength(1);
  expect(saidOf('a query failed')[0]?.['reason']).toMatch(/load_average.*query processing would load too many samples/);

  source.lie = () => false;
  await until(
    async () => saidOf('a query works again').length,
    (count) => count > 0,
  );
  expect(saidOf('a query works again')).toHaveLength(1);
  expect(saidOf('a query failed')).toHaveLength(1);
});

it('does not get ready on answers that are no answers, and says what came', async () => {
  source.lie = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Please log in</html>');
    return true;
  };
  const { service, url } = await startService(writeConfiguration({ url: source.url, keys: { cycle: '500ms' } }));
  await until(
    async () => service.state.cycles().failed,
    (failed) => failed > 0,
  );
  expect(await (await fetch(`${url}/-/ready`)).text()).toMatch(
    /not ready: no cycle has succeeded yet.+<html>Please log in/,
  );
  expect(service.state.sources()).toMatchObject([{ samples: 0, lastFailure: expect.stringContaining('<html>') }]);
});

it('leaves a Prometheus that keeps it waiting for another one as soon as the configuration is reloaded', async () => {
  const silent = await startLyingServer();
  silent.lie = () => true;
  source.lie = () => false;
  const file = writeConfiguration({ url: silent.url, source: { timeout: '10m' } });
  const { service, url, log } = await startService(file);
  await until(
    async () => silent.asked.length,
    (count) => count > 0,
  );
  writeConfiguration({ url: source.url }, file);
  await service.reload();
  await untilReady(url);
  await silent.stop();
  expect(serversOf(await scrape(url), 'linborg_risk_score')).toEqual(SERVERS);
  expect(service.state.cycles()).toMatchObject({ failed: 0, skipped: 0 });
  expect(service.state.sources().map(({ name }) => name)).toEqual([`prometheus ${source.url}`]);
  expect(log.filter(({ level }) => level > 30)).toEqual([]);
});
