import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Risk } from '../../src/core/flow.js';
import { fleetAddress, parseFleetQuery } from '../../src/web/pages/fleetQuery.js';
import { html } from '../../src/web/pages/html.js';
import { metricQualities } from '../../src/web/pages/qualityTable.js';
import { describeRatio } from '../../src/web/pages/words.js';
import { AT, makeFleet, makeServer as makeFleetServer, makeFrame, makeRisk } from '../exposition/fleet.js';
import { makeTruth } from '../exposition/truth.js';
import { type Setting, startServer } from './running.js';

async function readPage(path: string, setting?: Setting): Promise<string> {
  const response = await fetch((await startServer(setting)) + path);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return response.text();
}

function serverLinks(page: string): string[] {
  return [...page.matchAll(/<a class="name" href="\/servers\/([^"]+)"/g)].map(([, name]) => decodeURIComponent(name!));
}

const hostileName = `<img src=x onerror=alert(1)>"'&`;

describe('the fleet page', () => {
  test('lists the riskiest server first and those without a risk last', async () => {
    const page = await readPage('/');
    expect(serverLinks(page)).toEqual(['ppdb-1', 'odd "name"\\x', 'ppweb-2', 'ppetl-3', 'ppml-7']);
    expect(page).toContain('mem_used_pct 91 reaches 95 in 1 h 50 min (p50)');
    expect(page).toContain('warming up: 45% of the history that the first forecast needs');
    expect(page).toContain('stale: no fresh samples, so no risk');
  });

  test('shows the first threshold by the median, and the earliest time', async () => {
    const page = await readPage('/');
    expect(page).toContain('<div>in 1 h 50 min</div><div class="small muted">mem_used_pct · earliest in 55 min</div>');
  });

  test('can be sorted by each column that has an order, both ways, with the servers without a value last', async () => {
    const servers = [
      { ...makeFleetServer('b', 50), risk: makeRisk('b', 50, 7200) },
      { ...makeFleetServer('a', 20), risk: makeRisk('a', 20, 600) },
      { ...makeFleetServer('c', 90), risk: makeRisk('c', 90, null) },
    ];
    const sorted = async (query: string) => serverLinks(await readPage(`/?${query}`, { view: { at: AT, servers } }));
    expect(await sorted('sort=risk')).toEqual(['c', 'b', 'a']);
    expect(await sorted('sort=server')).toEqual(['a', 'b', 'c']);
    expect(await sorted('sort=threshold')).toEqual(['a', 'b', 'c']);
    expect(await sorted('sort=incident')).toEqual(['c', 'b', 'a']);
    expect(await sorted('sort=server&order=reversed')).toEqual(['c', 'b', 'a']);
    const page = await readPage('/?sort=threshold', { view: { at: AT, servers } });
    expect(page).toContain('<th scope="col" aria-sort="ascending"><a href="/?sort=threshold&amp;order=reversed">');
    expect(page.match(/aria-sort/g)).toHaveLength(1);
  });

  test('can be narrowed by risk and by name', async () => {
    expect(serverLinks(await readPage('/?show=red'))).toEqual(['ppdb-1']);
    expect(serverLinks(await readPage('/?show=unscored'))).toEqual(['ppetl-3', 'ppml-7']);
    expect(serverLinks(await readPage('/?q=WEB'))).toEqual(['ppweb-2']);
    expect(await readPage('/?q=nothing-like-it')).toContain('No server matches.');
  });

  test('has a hundred servers on a page', async () => {
    const servers = Array.from({ length: 230 }, (_, index) => makeFleetServer(`web-${1000 + index}`, index / 3));
    const view = { at: AT, servers };
    const first = await readPage('/', { view });
    expect(serverLinks(first)).toHaveLength(100);
    expect(first.length).toBeLessThan(350_000);
    const last = await readPage('/?page=3', { view });
    expect(serverLinks(last)).toHaveLength(30);
    expect(last).toContain('page 3 of 3, 230 servers');
    expect(serverLinks(await readPage('/?page=99', { view }))).toHaveLength(30);
  });

  test('says why there is nothing before the first cycle and after too long a silence', async () => {
    const starting = await readPage('/', { view: undefined, totals: { startedAt: AT - 30, lastFailure: 'HTTP 503' } });
    expect(starting).toContain('Starting: no cycle has succeeded yet');
    expect(starting).toContain('HTTP 503');
    const overdue = await readPage('/', { now: () => AT + 999 });
    expect(overdue).toContain('Risks and forecasts are withdrawn');
    expect(serverLinks(overdue)).toEqual([]);
  });

  test('says at once that a cycle or a source fails, while the last result still stands', async () => {
    const page = await readPage('/', {
      totals: { lastFailure: 'no query was answered' },
      sources: [{ name: 'prometheus http://p', lastSuccessAt: AT - 179, lastFailure: 'HTTP 503', samples: 1 }],
    });
    expect(page).toContain(
      '<b>The newest cycle failed</b>: no query was answered. What is shown is of 2026-01-05 12:02:00 UTC, 1 s ago.',
    );
    expect(page).toContain(
      '<b>prometheus http://p fails</b>: HTTP 503. Its last answer came at 2026-01-05 11:59:01 UTC, 3 min ago.',
    );
    expect(serverLinks(page)).toContain('ppdb-1');
    const silent = await readPage('/', { sources: [{ name: 'b', lastFailure: 'refused', samples: 0 }] });
    expect(silent).toContain('<b>b fails</b>: refused. It has not answered since the start.');
    expect(await readPage('/')).not.toContain('class="notice"');
  });

  test('refreshes itself only when asked to', async () => {
    expect(await readPage('/')).not.toContain('http-equiv="refresh"');
    expect(await readPage('/?refresh=on')).toContain('<meta http-equiv="refresh" content="30">');
  });
});

describe('what is going to happen', () => {
  const calm = { ...makeFleetServer('calm', 2), risk: makeRisk('calm', 2, null) };
  const soon = { ...makeFleetServer('soon', 45), risk: makeRisk('soon', 45, 3600) };
  const later = { ...makeFleetServer('later', 12), risk: makeRisk('later', 12, 7200) };
  const may = { ...makeFleetServer('may', 50), risk: makeRisk('may', 50, null) };
  const usual = { ...calm, risk: { ...calm.risk, thresholds: makeRisk('calm', 90).thresholds } };
  const beyond = makeFleetServer('beyond', 90);

  test.each([
    [
      [beyond, soon, later],
      '1 server is beyond a threshold now; 2 more are expected to cross one within 8 h, the first in 1 h.',
    ],
    [[beyond, calm], '1 server is beyond a threshold now; no other is expected to cross one within 8 h.'],
    [[later, calm], '1 server is expected to cross a threshold within 8 h, the first in 2 h.'],
    [[may, calm], 'No server is expected to cross a threshold within 8 h; 1 may.'],
    [[usual], 'No server is expected to cross a threshold within 8 h.'],
    [[{ frame: calm.frame, forecasts: [] }], 'No server has a risk yet.'],
  ])('is the first thing on the fleet page, in a sentence (%#)', async (servers, sentence) => {
    expect(await readPage('/', { view: { at: AT, servers } })).toContain(`<h1>${sentence}</h1>`);
  });

  test('names the servers in the order of time, each with when, why and how likely', async () => {
    const page = await readPage('/', { view: { at: AT, servers: [later, may, beyond, calm, soon] } });
    const lines = [...page.matchAll(/<li><div class="when">(.*)<\/li>/g)].map(([, line]) => line!);
    expect(lines.map((line) => /<bdi>(\w+)/.exec(line)![1])).toEqual(['beyond', 'soon', 'later', 'may']);
    expect(lines[0]).toMatch(/^<b class="red-text">now<.*mem_used_pct 91 reaches 95/);
    expect(lines[1]).toMatch(/^<b>in 1 h<\/b> <span[^>]*>13:02 UTC<.*chance within 8 h 23%/);
    expect(lines[3]).toMatch(/^<b>within 8 h</);
  });

  test('names five servers and leads to the others', async () => {
    const servers = Array.from({ length: 8 }, (_, index) => makeFleetServer(`web-${index}`, 60));
    const page = await readPage('/', { view: { at: AT, servers } });
    expect(page.match(/<li><div class="when">/g)).toHaveLength(5);
    expect(page).toContain('<a href="#servers">and 3 more servers</a>');
    expect(page).toContain('id="servers"');
  });
});

describe("a server's page", () => {
  test('says in a sentence what is crossed and what comes next', async () => {
    const sentence = async (risk: Risk) => {
      const servers = [{ ...makeFleetServer('a', 5), risk }];
      const page = await readPage('/servers/a', { view: { at: AT, servers } });
      return /<p class="lead">(.*)<\/p>/.exec(page)![1]!.replace(/<\/?b>/g, '');
    };
    expect(await sentence(makeRisk('a', 90))).toBe(
      'Beyond its threshold now: cpu_iowait_pct. Expected to reach mem_used_pct 95% in 1 h 50 min (13:52 UTC), at the earliest in 55 min (12:57 UTC).',
    );
    expect(await sentence(makeRisk('a', 5, null))).toBe('No threshold is expected to be crossed within 8 h.');
    const risk = makeRisk('a', 40);
    const [memory] = risk.timeToThreshold as [Risk['timeToThreshold'][number]];
    const maybe = { ...memory, seconds: { p10: null, p50: null, p90: 3600 } };
    expect(await sentence({ ...risk, timeToThreshold: [maybe] })).toBe(
      'May reach mem_used_pct 95%, at the earliest in 1 h (13:02 UTC); p50 does not within 8 h.',
    );
  });

  test('lists the thresholds that are reached by time, and the others in a sentence', async () => {
    const risk = makeRisk('a', 90);
    const times = (metric: string, direction: 'above' | 'below', seconds: readonly (number | null)[]) => {
      const [p10 = null, p50 = null, p90 = null] = seconds;
      return { metric, threshold: 5, direction, seconds: { p10, p50, p90 } };
    };
    const timeToThreshold = [
      times('swap_used_pct', 'above', []),
      times('disk_usage_pct', 'above', [null, 7200, 3600]),
      times('load_average', 'above', [0, 0, 0]),
      times('cpu_idle_pct', 'below', [600, 7000, null]),
    ];
    const servers = [{ ...makeFleetServer('a', 90), risk: { ...risk, timeToThreshold } }];
    const page = await readPage('/servers/a', { view: { at: AT, servers } });
    const rows = [...page.matchAll(/<tr><th scope="row">(\w+)<\/th><td data-label="Now">.*<\/tr>/g)];
    expect(rows.map(([, metric]) => metric)).toEqual(['load_average', 'cpu_idle_pct', 'disk_usage_pct']);
    expect(rows[1]![0]).toMatch(
      /earliest">in 10 min <.*p50">in 1 h 57 min <.*latest"><span class="muted">not within 8 h/,
    );
    expect(rows[2]![0]).toMatch(
      /earliest">in 1 h <span[^>]*>13:02 UTC<.*p50">in 2 h <.*latest"><span class="muted">not/,
    );
    expect(page).toContain('Not within 8 h, inside p10–p90: swap_used_pct above 5%.');
  });

  test('tells of each forecast who made it and how far to trust it', async () => {
    const judged = await readPage('/servers/ppdb-1');
    expect(judged).toContain(
      'Forecast by test; 8 h ahead its error is 0.71 times that of “as a day ago”, 83% of the samples inside p10–p90.',
    );
    expect(judged).toContain('Forecast by test; not judged here yet.');
    const view = { ...makeFleet(), truth: makeTruth(AT, { accuracy: [] }) };
    expect(await readPage('/servers/ppdb-1', { view })).toContain(
      '1 h ahead, in hindsight, its error is 0.44 times that of “as a day ago”',
    );
  });

  test('says that the chance is of a new breach where a threshold is crossed already', async () => {
    const note = 'What is beyond its threshold now does not count.';
    expect(await readPage('/servers/ppdb-1')).toContain(note);
    expect(await readPage('/servers/ppweb-2')).not.toContain(note);
  });

  test('while there is no result is a 503 that says why, since when and where to look', async () => {
    const response = await fetch(`${await startServer({ now: () => AT + 999 })}/servers/ppdb-1`);
    expect(response.status).toBe(503);
    const page = await response.text();
    expect(page).toContain('Risks and forecasts are withdrawn');
    expect(page).toContain('<a href="/activity">');
  });

  test('puts a second plot beside the one of the only metric that explains the risk', async () => {
    const [, leading] = (await readPage('/servers/ppdb-1')).split('aria-label="The last 24 hours and the next 8"');
    expect(leading!.split('</section>')[0]!.match(/<article class="card chart">/g)).toHaveLength(2);
  });

  test('draws every metric with its past, its band and its threshold', async () => {
    const page = await readPage('/servers/ppdb-1');
    expect(page.match(/<article class="card chart">/g)).toHaveLength(2);
    expect(page.match(/class="band" d="M[\d., L-]+Z"/g)).toHaveLength(2);
    expect(page).toContain('threshold 95%');
    expect(page).toContain('+64.9');
    expect(page).toMatch(/<title>2026-01-05 12:35:00 UTC: p50 51\.8%, p10 49\.8%, p90 53\.8%<\/title>/);
  });

  test('says in place of each plot what it shows', async () => {
    const page = await readPage('/servers/ppdb-1');
    expect(page).toContain(
      'aria-label="mem_used_pct, the last 24 hours and the next 8: now 50%; 13:00 UTC p50 53%, p10 51% to p90 55%; 20:00 UTC p50 74%, p10 72% to p90 76%"',
    );
    expect(await readPage('/servers/ppml-7')).toMatch(/aria-label="mem_used_pct, [^"]*: now 50%, no forecast"/);
  });

  // One gap every two hours, the newest bucket among them.
  test('interrupts the line where samples are missing', async () => {
    const server = makeFleetServer('a', 5, {
      metrics: { mem_used_pct: (time) => (time % 7200 === 0 ? Number.NaN : 50) },
    });
    const page = await readPage('/servers/a', { view: { at: AT, servers: [server] } });
    const past = /class="past" d="([^"]+)"/g;
    const [memory] = [...page.matchAll(past)].map(([, path]) => path!).filter((path) => path.split('M').length > 2);
    expect(memory!.split('M').length - 1).toBe(12);
  });

  test('tells per metric how complete its samples are', async () => {
    const newest = (time: number) => Math.floor(AT / 300) * 300 - time;
    const frame = makeFrame('a', {
      metrics: {
        mem_used_pct: () => 50,
        // Missing for an hour, from two hours ago on.
        load_average: (time) => (newest(time) > 3600 && newest(time) <= 7200 ? Number.NaN : 1),
        swap_used_pct: (time) => (newest(time) < 1800 ? Number.NaN : 1),
      },
    });
    expect(metricQualities(frame)).toEqual([
      { metric: 'mem_used_pct', filledRatio: 1, longestGapSeconds: 0, silentSeconds: 0 },
      { metric: 'load_average', filledRatio: 276 / 288, longestGapSeconds: 3600, silentSeconds: 0 },
      { metric: 'swap_used_pct', filledRatio: 283 / 288, longestGapSeconds: 1500, silentSeconds: 1800 },
    ]);
    const page = await readPage('/servers/a', { view: { at: AT, servers: [{ ...makeFleetServer('a', 5), frame }] } });
    expect(page).toContain('Data quality: 2 of 3 metrics with gaps in the last 24 h');
  });

  test('of a stale server says so and shows no forecast', async () => {
    const page = await readPage('/servers/ppetl-3');
    expect(page).toContain('stale: no fresh samples, so no risk.');
    expect(page).not.toContain('class="band" d=');
  });

  test('of an unknown server leads to close names', async () => {
    const response = await fetch(`${await startServer()}/servers/ppdb-2`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('href="/servers/ppdb-1"');
  });
});

describe('the page of the model', () => {
  test('has its measured accuracy beside the best method by hand', async () => {
    const page = await readPage('/model');
    expect(page).toMatch(
      /fleet-a<\/th>.*<span class="green-text">0\.743<\/span>.*0\.826 <span[^>]*>median_7d_level<.*78%/,
    );
    expect(page).toMatch(/fleet-b <span[^>]*>never trained on<\/span>.*<span class="red-text">0\.299<\/span>.*0\.293/);
    expect(page).toContain('<b>0.91</b> area under the ROC curve within 8 h, median of 12 measurements');
    expect(page).toContain('2020-01-06 to 2020-02-02');
  });
});

describe('the page of the configuration', () => {
  test('shows what is in force as text', async () => {
    const page = await readPage('/configuration', { configText: () => 'password: <secret>\n' });
    expect(page).toContain('<pre class="code">password: &lt;secret&gt;\n</pre>');
  });
});

describe('the page of the activity', () => {
  const query = {
    ...{ source: 'prometheus http://localhost:9090', metric: 'mem_used_pct', alternative: 'MemAvailable', servers: 20 },
    expr: '100 * (1 - a{b="<c>"})',
    page: 'http://localhost:9090/graph?g0.expr=a%7Bb%3D%22c%22%7D&g0.tab=1',
  };
  const cycle = { at: AT, durationSeconds: 1.234, servers: 20, failedSeries: 0, failure: undefined };

  test('has each query with its servers, its failure and a link that runs it', async () => {
    const page = await readPage('/activity', {
      queries: [
        { ...query, failure: undefined },
        { ...query, metric: 'load_average', failure: 'HTTP 422' },
      ],
    });
    expect(page).toContain('<code>100 * (1 - a{b=&quot;&lt;c&gt;&quot;})</code>');
    expect(
      page.match(/href="http:\/\/localhost:9090\/graph\?g0\.expr=a%7Bb%3D%22c%22%7D&amp;g0\.tab=1"/g),
    ).toHaveLength(2);
    expect(page).toMatch(/load_average<.*<span class="pill red">failed<\/span><div class="small">HTTP 422</);
    expect(page).toContain('1 of 2 failed');
    expect(page.indexOf('load_average<')).toBeLessThan(page.indexOf('mem_used_pct<'));
  });

  test('has the last cycles and what came of them', async () => {
    const page = await readPage('/activity', {
      cycles: [
        cycle,
        { ...cycle, failedSeries: 3, failure: 'worker died' },
        { ...cycle, servers: undefined, failure: 'HTTP 503' },
      ],
    });
    expect(page).toContain('The last 3 cycles</h2><span class="small muted">1 of 3 failed');
    expect(page).toMatch(/1\.23 s<\/td><td [^>]*>20<\/td><td [^>]*><span class="pill green">ok/);
    expect(page).toMatch(/3 series not forecast<\/span><div class="small">worker died/);
    expect(page).toMatch(/<span class="pill red">failed<\/span><div class="small">HTTP 503/);
  });

  test('says that there is nothing yet', async () => {
    const page = await readPage('/activity');
    expect(page).toContain('No cycle has ended yet.');
    expect(page).toContain('no source has told which metrics it has');
  });
});

describe('every page', () => {
  test.each([
    ['/', 'Fleet'],
    ['/trust', 'Trust'],
    ['/model', 'Model'],
    ['/activity', 'Activity'],
    ['/configuration', 'Configuration'],
  ])('of the navigation (%s) says which one it is', async (path, words) => {
    const current = (await readPage(path)).match(/<a href="[^"]*" aria-current="page">[^<]*/g);
    expect(current).toEqual([`<a href="${path}" aria-current="page">${words}`]);
  });

  const view = { at: AT, servers: [makeFleetServer(hostileName, 80), makeFleetServer('b', 3)] };
  const paths = [
    '/',
    `/?q=${encodeURIComponent(hostileName)}`,
    `/servers/${encodeURIComponent(hostileName)}`,
    ...['/servers/none', '/trust', '/model', '/activity', '/configuration'],
  ];

  test('shows names from outside as text only', async () => {
    for (const path of paths) expect(await readPage(path, { view })).not.toContain('<img');
    expect(await readPage(paths[2]!, { view })).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });

  test('has one script, no inline style or handler, and nothing from elsewhere', async () => {
    for (const path of paths) {
      const page = await readPage(path, { view });
      expect(page.match(/<script>/g)).toHaveLength(1);
      expect(page).not.toMatch(/<script |\sstyle="|\son\w+="/);
      const addresses = [...page.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, address]) => address!);
      for (const address of addresses) expect(address).toMatch(/^(?:\/(?!\/)|#|data:image\/svg)/);
    }
  });

  test.each(['style', 'script'])('has exactly the %s that the policy allows', async (kind) => {
    const response = await fetch(`${await startServer()}/`);
    const content = new RegExp(`<${kind}>([\\s\\S]*?)</${kind}>`).exec(await response.text())![1]!;
    const hash = createHash('sha256').update(content).digest('base64');
    expect(response.headers.get('content-security-policy')).toContain(`${kind}-src 'sha256-${hash}'`);
  });
});

describe('the parts of pages', () => {
  test('escape whatever is put in', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { text: page } = html`<p title="${text}">${text}</p>`;
        expect(page.match(/[<>"]/g)!.join('')).toBe('<""><>');
      }),
    );
  });

  test('never call a small chance none or a large one certain', () => {
    expect([0, 0.001, 0.5, 0.999, 1].map(describeRatio)).toEqual(['0%', '<1%', '50%', '>99%', '100%']);
  });

  test('keep the query in addresses', () => {
    const address = '/?show=red&q=a%26b&sort=threshold&order=reversed&page=3&refresh=on';
    expect(fleetAddress(parseFleetQuery(new URL(address, 'http://x').searchParams))).toBe(address);
    const nonsense = parseFleetQuery(new URLSearchParams('show=blue&page=-4&refresh=maybe'));
    expect(fleetAddress(nonsense)).toBe('/');
  });
});
