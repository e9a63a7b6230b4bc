/** What a person does with the pages, in a real Chromium. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { PROFILES } from '../../src/core/profiles.js';
import { graphPage } from '../../src/sources/grafana.js';
import { checkPage, hasChromium, launchChromium } from '../chromium.js';
import { AT, makeFleet, makeServer, ORIGIN } from '../exposition/fleet.js';
import { makeTruth } from '../exposition/truth.js';
import { hasPrometheus, startPrometheus } from '../sources/fixtures/realPrometheus.js';
import { startServer } from './running.js';

const PATHS = [
  '/',
  '/servers/ppdb-1',
  '/servers/ppml-7',
  '/servers/none',
  '/nothing/here',
  '/trust',
  '/model',
  '/activity',
  '/configuration',
];
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
const QUERY = {
  ...{ source: 'prometheus http://localhost:9090', metric: 'mem_used_pct', alternative: 'MemAvailable', servers: 20 },
  expr: `avg by (instance) (avg_over_time(${'node_memory_MemAvailable_bytes'.repeat(6)}{job="node"}[5m]))`,
  ...{ page: 'http://localhost:9090/graph?g0.expr=up&g0.tab=1', failure: undefined },
};
const SETTING = {
  queries: [QUERY, { ...QUERY, metric: 'load_average', failure: 'HTTP 422 of the query' }],
  cycles: [{ at: AT, durationSeconds: 1.2, servers: 20, failedSeries: 2, failure: 'a worker died' }],
  configText: () => `sources:\n  - prometheus:\n      url: http://${'a-long-name.'.repeat(12)}example.org\n`,
};

describe.skipIf(!hasChromium)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  /** Opens a page; whatever the console says or any request to elsewhere is a fault at the end. */
  async function open(path: string, options: BrowserContextOptions = {}, setting = {}) {
    const url = await startServer({ ...SETTING, ...setting });
    const context = await browser.newContext({ baseURL: url, ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      // A page that is not found is one, and the console says so.
      if (message.type() === 'error' && !message.text().includes('404')) faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) faults.push(request.url());
    });
    await page.goto(path);
    return { page, faults, close: () => context.close() };
  }

  /** Of the fleet table; the lines above it lead to the same pages. */
  const rowLink = (page: Page, name: string) => page.locator('table.fleet').getByRole('link', { name });

  const serversOn = (page: Page) => page.locator('a.name').allTextContents();

  it.each(PATHS)(
    '%s has no fault that an accessibility checker finds, light and dark, on a desk and on a phone, and fits the screen',
    async (path) => {
      const desk = { viewport: { width: 1280, height: 900 } };
      const schemes = ['light', 'dark'] as const;
      const { page, faults, close } = await open(path);
      for (const look of schemes.flatMap((colorScheme) => [desk, PHONE].map((size) => ({ ...size, colorScheme })))) {
        await page.setViewportSize(look.viewport);
        await page.emulateMedia({ colorScheme: look.colorScheme });
        await page.reload();
        for (const details of await page.locator('summary').all()) await details.click();
        const { violations, overflow } = await checkPage(page);
        expect(violations, `${path} ${look.colorScheme} at ${look.viewport.width}`).toEqual([]);
        expect(overflow, `${path} at ${look.viewport.width}`).toBeLessThanOrEqual(0);
      }
      expect(faults).toEqual([]);
      await close();
    },
  );

  it.each(['/trust', '/servers/ppdb-1'])('a metric has its name in one line on a desk, as on %s', async (path) => {
    const truth = makeTruth(AT, {
      // Whose row leaves the least room.
      serving: [...METRIC_NAMES].flatMap((metric) => [
        { metric, model: 'default', since: AT, reason: '' },
        ...PROFILES.map((profile) => ({
          ...{ metric, profile, model: 'predict_linear_4h', since: AT, reason: '' },
        })),
      ]),
    });
    const { page, close } = await open(
      path,
      { viewport: { width: 1280, height: 900 } },
      { view: { ...makeFleet(), truth } },
    );
    const heads = page.locator('tbody th').filter({ hasText: new RegExp(`^(${METRIC_NAMES.join('|')})$`) });
    const lines = await heads.evaluateAll((all) =>
      all.map((head) => {
        const range = head.ownerDocument.createRange();
        range.selectNodeContents(head);
        return range.getClientRects().length;
      }),
    );
    expect(lines.length).toBeGreaterThan(0);
    expect(new Set(lines)).toEqual(new Set([1]));
    await close();
  });

  it('the keyboard alone skips to the content, sorts the table, and opens a server and its data quality', async () => {
    const { page, close } = await open('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#main');
    await page.getByRole('link', { name: 'Server', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/sort=server/);
    expect(await serversOn(page)).toEqual(['odd "name"\\x', 'ppdb-1', 'ppetl-3', 'ppml-7', 'ppweb-2']);
    expect(await page.getByRole('columnheader', { name: 'Server' }).getAttribute('aria-sort')).toBe('ascending');
    await rowLink(page, 'ppdb-1').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/servers\/ppdb-1/);
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('region', { name: 'Table of data quality' }).isVisible()).toBe(true);
    await close();
  });

  it('a click on a head sorts, a second one turns the order round, and search and filter keep it', async () => {
    const { page, close } = await open('/');
    const head = (name: string) => page.getByRole('columnheader', { name }).getByRole('link').click();
    await head('Server');
    await page.waitForURL(/sort=server/);
    await head('Server');
    await page.waitForURL(/order=reversed/);
    expect(await serversOn(page)).toEqual(['ppweb-2', 'ppml-7', 'ppetl-3', 'ppdb-1', 'odd "name"\\x']);
    await page.keyboard.press('/');
    await page.keyboard.type('pp');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=pp/);
    await page.getByRole('link', { name: 'Without risk' }).click();
    await page.waitForURL(/show=unscored/);
    expect(await serversOn(page)).toEqual(['ppml-7', 'ppetl-3']);
    await close();
  });

  it('works the same without JavaScript', async () => {
    const { page, close } = await open('/', { javaScriptEnabled: false });
    await page.getByRole('columnheader', { name: 'Server' }).getByRole('link').click();
    await page.waitForURL(/sort=server/);
    expect((await serversOn(page))[1]).toBe('ppdb-1');
    await rowLink(page, 'ppdb-1').click();
    await page.waitForURL(/servers\/ppdb-1/);
    expect(await page.locator('article.chart svg').count()).toBe(2);
    expect(await page.locator('article.chart [tabindex], .keys [hidden]:visible').count()).toBe(0);
    await page.goto('/?refresh=on');
    expect(await page.locator('meta[http-equiv=refresh]').getAttribute('content')).toBe('30');
    await close();
  });

  it('a page that refreshes itself takes over what is new without being loaded again, and keeps the focus', async () => {
    let at = AT + 1;
    const { page, faults, close } = await open('/', {}, { now: () => at });
    await page.clock.install();
    await page.goto('/?refresh=on');
    await page.evaluate(() => {
      (globalThis as { isSame?: boolean }).isSame = true;
    });
    await rowLink(page, 'ppdb-1').focus();
    expect(await page.locator('header').textContent()).toContain('last cycle 1 s ago');
    at = AT + 40;
    await page.clock.runFor(31_000);
    await page.getByText('last cycle 40 s ago').waitFor();
    expect(await page.evaluate(() => (globalThis as { isSame?: boolean }).isSame)).toBe(true);
    expect(await page.evaluate<string>('document.activeElement.className')).toBe('name');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('ppdb-1');
    expect(faults).toEqual([]);
    await close();
  });

  it('on a phone each server is a block with its figures named, and its page is readable', async () => {
    const { page, close } = await open('/', PHONE);
    const row = page.locator('table.fleet tbody tr').first();
    expect((await row.boundingBox())!.width).toBeLessThanOrEqual(360);
    const cell = `document.querySelector('td[data-label="Threshold"]')`;
    const label = await page.evaluate<string>(`getComputedStyle(${cell}, '::before').content`);
    expect(label).toContain('Threshold');
    await row.getByRole('link').click();
    await page.waitForURL(/servers/);
    expect((await page.locator('article.chart').first().boundingBox())!.width).toBeLessThanOrEqual(360);
    expect((await page.locator('.reasons b').first().boundingBox())!.height).toBeLessThan(25);
    expect(await page.evaluate<string>(`getComputedStyle(document.querySelector('.chart svg text')).fontSize`)).toBe(
      '18px',
    );
    await close();
  });

  it('leads from a query to Prometheus', async () => {
    const { page, close } = await open('/activity');
    const link = page.getByRole('link', { name: 'run in Prometheus: mem_used_pct (MemAvailable)' });
    expect(await link.getAttribute('href')).toBe(QUERY.page);
    await close();
  });

  it.skipIf(!hasPrometheus)(
    'and the query runs there, under a path and at the address that a browser reaches',
    async () => {
      const prometheus = await startPrometheus('', [], '/prom');
      try {
        const expr = 'sum by (a) (vector(40) + 2) and on() vector(1) # a > "b" & c';
        const external = prometheus.url.replace('127.0.0.1', 'localhost');
        const address = graphPage({ url: 'http://prometheus.inside:9090', external_url: external }, expr);
        const { page, close } = await open('/activity', {}, { queries: [{ ...QUERY, expr, page: address }] });
        await page.getByRole('link', { name: 'run in Prometheus' }).click();
        await page.getByRole('cell', { name: '42', exact: true }).waitFor();
        expect(await page.locator('textarea').first().inputValue()).toBe(expr);
        expect(page.url()).toContain('://localhost:');
        await close();
      } finally {
        await prometheus.stop();
      }
    },
  );

  it('a plot reads time, sample and p10, p50 and p90 by the keys of a slider and under a pointer or finger', async () => {
    const metrics = { mem_used_pct: (time: number) => (time === ORIGIN - 300 ? Number.NaN : 50) };
    const view = { ...makeFleet(), servers: [makeServer('web-1', 80, { metrics })] };
    const { page, faults, close } = await open('/servers/web-1', { hasTouch: true }, { view });
    const plot = page.getByRole('slider', { name: /^mem_used_pct/ });
    const card = page.locator('article', { has: plot });
    const said = () => card.locator('output').textContent();
    await plot.focus();
    expect(await said()).toBe('12:00 UTC: 50%');
    for (const [key, words] of [
      ['ArrowLeft', '11:55 UTC: no sample'],
      ['PageDown', '10:55 UTC: 50%'],
      ['Home', '12:05 UTC: 50%'],
      ['End', '20:00 UTC: p50 74%, p10 72%, p90 76%'],
      ['ArrowRight', '20:00 UTC: p50 74%, p10 72%, p90 76%'],
      ['PageUp', '20:00 UTC: p50 74%, p10 72%, p90 76%'],
    ] as const) {
      await page.keyboard.press(key);
      expect(await said(), key).toBe(words);
      expect(await plot.getAttribute('aria-valuetext')).toBe(words);
    }
    const box = (await plot.boundingBox())!;
    // An hour ahead lies at 25/32 of the plot, whose area begins at 44 and is 508 of 560 wide.
    const x = box.x + (box.width * (44 + (508 * 25) / 32)) / 560;
    await page.mouse.move(x, box.y + box.height / 2);
    expect(await said()).toBe('13:00 UTC: p50 53%, p10 51%, p90 55%');
    await page.touchscreen.tap(box.x + (box.width * 44) / 560, box.y + box.height / 2);
    expect(await said()).toBe('12:05 UTC: 50%');
    const cross = (await card.locator('.cross').boundingBox())!;
    expect(cross.x).toBeCloseTo(box.x + (box.width * 44) / 560, -1);
    expect(faults).toEqual([]);
    await close();
  });

  it('sorts, narrows and turns back without loading the page again, and keeps its place', async () => {
    const servers = Array.from({ length: 130 }, (_, index) => makeServer(`web-${1000 + index}`, index / 2));
    const { page, faults, close } = await open('/', {}, { view: { ...makeFleet(), servers } });
    const mark = () => page.evaluate(() => Object.assign(globalThis, { isSame: true }));
    const isSame = () => page.evaluate(() => (globalThis as { isSame?: boolean }).isSame);
    await mark();
    const head = page.getByRole('columnheader', { name: 'Server' }).getByRole('link');
    await head.focus();
    const scrolled = await page.evaluate<number>('scrollY');
    expect(scrolled).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await page.waitForURL(/sort=server$/);
    expect((await serversOn(page))[0]).toBe('web-1000');
    expect(await page.evaluate<number>('scrollY')).toBe(scrolled);
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain('Server');
    await page.keyboard.press('Enter');
    await page.waitForURL(/order=reversed/);
    expect((await serversOn(page))[0]).toBe('web-1129');
    await page.getByRole('link', { name: 'after' }).click();
    await page.waitForURL(/page=2/);
    expect(await serversOn(page)).toHaveLength(30);
    expect((await page.locator('#servers').boundingBox())!.y).toBeCloseTo(0, -1);
    await page.goBack();
    await page.locator('a.name', { hasText: 'web-1129' }).waitFor();
    expect(await serversOn(page)).toHaveLength(100);
    expect(await isSame()).toBe(true);
    expect(faults).toEqual([]);
    await close();
  });

  it('any name leads to its page, whatever stands in it and however long it is, and fits a phone', async () => {
    const names = [
      'x'.repeat(200),
      'a/b c?d#e%f&g=h%2F',
      '"quoted" \'name\' <script>alert(1)</script>',
      'خادم-٤ (main)',
      '\u202Ebew-dorp\u202C',
      'сервер-🚀',
    ];
    const servers = names.map((name) => makeServer(name, 80));
    const { page, faults, close } = await open('/', PHONE, { view: { at: AT, servers } });
    const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    for (const name of names) {
      await page.goto('/');
      expect(await overflow(), name).toBeLessThanOrEqual(0);
      await page.locator('a.name', { hasText: name }).click();
      await page.locator('h1').waitFor();
      expect(await page.locator('h1').textContent()).toBe(name);
      expect(await overflow(), name).toBeLessThanOrEqual(0);
      await page.goto(`/servers/${encodeURIComponent(`${name}z`)}`);
      expect(await overflow(), name).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('shows a name that is HTML as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const view = { ...makeFleet(), servers: [makeServer(name, 80)] };
    const { page, faults, close } = await open('/', {}, { view });
    expect(await serversOn(page)).toEqual([name]);
    expect(faults).toEqual([]);
    await close();
  });
});
