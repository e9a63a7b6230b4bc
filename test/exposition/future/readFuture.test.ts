import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HORIZON_STEPS, LEVEL_NAMES } from '../../../src/core/flow.js';
import type { CycleView, ServerView } from '../../../src/exposition/cycleView.js';
import { readFuture } from '../../../src/exposition/future/readFuture.js';
import { ReadRefusal } from '../../../src/exposition/future/refusal.js';
import { Turns } from '../../../src/exposition/future/turns.js';
import { futureOptionsOf, futureReadFields } from '../../../src/exposition/options.js';
import { publishCycle } from '../../../src/exposition/publishedCycle.js';
import { PastForecasts } from '../../../src/truth/pastForecasts.js';
import { AT, DEFAULT_OPTIONS, makeFleet, makeForecast, makeServer, ORIGIN, STEP_SECONDS } from '../fleet.js';
import { countingTurns } from './countingTurns.js';
import { compressed, decodeRead, encodeRead, type MatcherText, type QueryText, type ReadSeries } from './protocol.js';

const NAME: MatcherText = ['=', '__name__', 'linborg_future'];
const END = ORIGIN + HORIZON_STEPS * STEP_SECONDS;

function optionsOf(keys: Record<string, unknown> = {}) {
  return futureOptionsOf(z.strictObject(futureReadFields).parse(keys));
}

async function ask(
  queries: readonly QueryText[],
  { view = makeFleet(), keys = {} }: { view?: CycleView; keys?: Record<string, unknown> } = {},
): Promise<ReadSeries[][]> {
  const cycle = await publishCycle(view, DEFAULT_OPTIONS);
  const { body } = await readFuture(compressed(encodeRead(queries)), cycle, optionsOf(keys));
  return decodeRead(body);
}

async function select(matchers: readonly MatcherText[], setting = {}): Promise<ReadSeries[]> {
  const [series] = await ask([{ matchers: [NAME, ...matchers], from: AT - 86_400, until: AT + 86_400 }], setting);
  return series!;
}

function withRisk(server: ServerView): ServerView {
  const scores = Float32Array.from({ length: HORIZON_STEPS }, (_, step) => step);
  return { ...server, riskPath: () => ({ origin: ORIGIN, stepSeconds: STEP_SECONDS, scores }) };
}

describe('a remote read', () => {
  it('answers with the path of each metric and level, at the times that it is about', async () => {
    const [series, ...more] = await select([
      ['=', 'server', 'ppweb-2'],
      ['=', 'metric', 'mem_used_pct'],
      ['=', 'level', 'p50'],
    ]);
    expect(more).toEqual([]);
    expect(series!.labels).toEqual({
      __name__: 'linborg_future',
      level: 'p50',
      metric: 'mem_used_pct',
      profile: 'web_api',
      server: 'ppweb-2',
    });
    expect(series!.samples).toEqual(
      Array.from({ length: HORIZON_STEPS }, (_, i) => [ORIGIN + (i + 1) * STEP_SECONDS, 50 + (i + 1) / 4]),
    );
  });

  it('leaves out the steps that were over when the cycle ran', async () => {
    const late = { ...makeFleet(), at: ORIGIN + 3 * STEP_SECONDS + 10 };
    const [series] = await select([['=', 'metric', 'mem_used_pct']], { view: late });
    expect(series!.samples[0]![0]).toBe(ORIGIN + 3 * STEP_SECONDS);
  });

  it('has nothing of a server that is stale or has no forecast', async () => {
    const names = new Set((await select([])).map(({ labels }) => labels['server']));
    expect(names).toEqual(new Set(['ppweb-2', 'ppdb-1', 'odd "name"\\x']));
  });

  it('tells the risk along the path without a level, where there is one', async () => {
    const view = { ...makeFleet(), servers: [withRisk(makeServer('ppweb-2', 12)), makeServer('ppdb-1', 50)] };
    const risks = await select([['=', 'metric', 'risk_score']], { view });
    expect(risks.map(({ labels }) => labels)).toEqual([
      { __name__: 'linborg_future', metric: 'risk_score', profile: 'web_api', server: 'ppweb-2' },
    ]);
    expect(risks[0]!.samples.map(([, score]) => score)).toEqual(Array.from({ length: HORIZON_STEPS }, (_, i) => i));
    expect(
      await select(
        [
          ['=', 'metric', 'risk_score'],
          ['=', 'level', 'p50'],
        ],
        { view },
      ),
    ).toEqual([]);
  });

  it('carries the labels of the scraped series that are passed through, and is found by them', async () => {
    const labelled = { ...makeServer('ppweb-2', 12), labels: { env: 'prod', team: 'web' } };
    const view = { ...makeFleet(), servers: [labelled, makeServer('ppdb-1', 50)] };
    const serversOf = async (...matchers: MatcherText[]) =>
      [...new Set((await select(matchers, { view })).map(({ labels }) => labels['server']))].sort();
    const [series] = await select(
      [
        ['=', 'server', 'ppweb-2'],
        ['=', 'level', 'p50'],
      ],
      { view },
    );
    expect(series!.labels).toMatchObject({ env: 'prod', team: 'web', server: 'ppweb-2' });
    expect(await serversOf(['=', 'env', 'prod'])).toEqual(['ppweb-2']);
    expect(await serversOf(['=~', 'team', 'w.b'], ['!=', 'env', 'test'])).toEqual(['ppweb-2']);
    expect(await serversOf(['=', 'env', ''])).toEqual(['ppdb-1']);
    expect(await serversOf(['!=', 'env', 'prod'])).toEqual(['ppdb-1']);
    expect(await serversOf(['=', 'env', 'prod'], ['=', 'server', 'ppdb-1'])).toEqual([]);
  });

  it('keeps its own and external labels where a passed one has the same name', async () => {
    const labels = { cluster: 'of the server', server: 'another', level: 'none' };
    const view = { ...makeFleet(), servers: [{ ...makeServer('ppweb-2', 12), labels }] };
    const setting = { view, keys: { external_labels: { cluster: 'eu-1' } } };
    const [series, ...more] = await select([['=', 'level', 'p50']], setting);
    expect(series!.labels).toMatchObject({ cluster: 'eu-1', server: 'ppweb-2', level: 'p50' });
    expect(more).toHaveLength(1);
    expect(await select([['=', 'cluster', 'of the server']], setting)).toEqual([]);
    expect(await select([['=', 'cluster', 'eu-1']], setting)).toHaveLength(6);
  });

  it('keeps to the time range, both ends included, and to narrower hints', async () => {
    const matchers = [NAME, ['=', 'metric', 'mem_used_pct'], ['=', 'level', 'p90']] as MatcherText[];
    const [from, until] = [ORIGIN + 600, ORIGIN + 1500];
    const wide = { matchers, from: AT - 100, until: END };
    const [exact, hinted, before, after] = await ask([
      { matchers, from, until },
      { ...wide, hints: { from, until } },
      { matchers, from: 0, until: AT },
      { matchers, from: END + 1, until: END + 86_400 },
    ]);
    expect(exact![0]!.samples.map(([time]) => time)).toEqual([600, 900, 1200, 1500].map((more) => ORIGIN + more));
    expect(hinted).toEqual(exact);
    expect(before).toEqual([]);
    expect(after).toEqual([]);
  });

  it('names series without samples where only they are wanted', async () => {
    const [series] = await ask([
      { matchers: [NAME], from: AT, until: END, hints: { func: 'series', from: AT, until: END } },
    ]);
    expect(series).toHaveLength(3 * 2 * 3);
    expect(series!.every(({ samples }) => samples.length === 0)).toBe(true);
  });

  it('answers each query of a request, in their order, also where one finds nothing', async () => {
    const query = (server: string): QueryText => ({ matchers: [NAME, ['=', 'server', server]], from: AT, until: END });
    const results = await ask([query('ppdb-1'), query('nobody'), query('ppweb-2')]);
    expect(results.map((series) => series.length)).toEqual([6, 0, 6]);
    expect(results[2]![0]!.labels['server']).toBe('ppweb-2');
  });

  it('sorts the series as Prometheus does', async () => {
    const texts = (await select([])).map(({ labels }) => Object.entries(labels).flat().join('\u0000'));
    expect(texts).toEqual([...texts].sort());
  });

  it('finds nothing by another name, or by a label that no series has', async () => {
    const range = { from: AT, until: END };
    const [other, absent, empty] = await ask([
      { matchers: [['=', '__name__', 'up']], ...range },
      { matchers: [NAME, ['=', 'cluster', 'eu']], ...range },
      { matchers: [NAME, ['=', 'cluster', '']], ...range },
    ]);
    expect([other, absent]).toEqual([[], []]);
    expect(empty!.length).toBeGreaterThan(0);
  });

  it.each(['constructor', '__proto__', 'toString'])(
    'finds nothing by the label %s, which no series has',
    async (name) => {
      expect(await select([['=', name, 'x']])).toEqual([]);
      expect(await select([['=~', name, '.+']])).toEqual([]);
      expect(await select([['=', name, '']])).toHaveLength(18);
    },
  );

  it('puts no labels together where no series has a sample in the range', async () => {
    let looks = 0;
    const labels = new Proxy(
      { env: 'prod' },
      {
        ownKeys(target) {
          looks++;
          return Reflect.ownKeys(target);
        },
      },
    );
    const view = { ...makeFleet(), servers: [{ ...makeServer('ppweb-2', 12), labels }] };
    const between = { from: ORIGIN + 301, until: ORIGIN + 599 };
    const late = { from: END + 1, until: END + 86_400 };
    const queries = [{ from: 0, until: AT - 3600 }, between, late].map((range) => ({ matchers: [NAME], ...range }));
    expect(await ask(queries, { view })).toEqual([[], [], []]);
    // Once when the cycle was published.
    expect(looks).toBe(1);
    expect((await ask([{ matchers: [NAME], from: AT, until: END }], { view }))[0]).toHaveLength(6);
    expect(looks).toBeGreaterThan(2);
  });

  it('carries the external labels, and is found by them', async () => {
    const keys = { external_labels: { cluster: 'eu', zone: 'b' } };
    const found = await select(
      [
        ['=', 'cluster', 'eu'],
        ['=~', 'zone', 'a|b'],
      ],
      { keys },
    );
    expect(found).toHaveLength(18);
    expect(found[0]!.labels).toMatchObject({ cluster: 'eu', zone: 'b' });
    expect(await select([['=', 'cluster', 'us']], { keys })).toEqual([]);
  });

  it('carries no external label whose value is empty: that is a label which is not there', async () => {
    const [series] = await select([['=', 'cluster', '']], { keys: { external_labels: { cluster: '', zone: 'b' } } });
    expect(series!.labels).toMatchObject({ zone: 'b' });
    expect(series!.labels).not.toHaveProperty('cluster');
  });

  it('is empty while no result may be served', async () => {
    const request = compressed(encodeRead([{ matchers: [NAME], from: AT, until: END }]));
    const { body, samples } = await readFuture(request, undefined, optionsOf());
    expect(decodeRead(body)).toEqual([[]]);
    expect(samples).toBe(0);
  });

  it('chooses by any matchers the series that a filter over all of them chooses', async () => {
    const operators = ['=', '!=', '=~', '!~'] as const;
    const label = fc.constantFrom('server', 'metric', 'level', 'profile', 'nothing');
    const value = fc.constantFrom(
      '',
      'ppdb-1',
      'p50',
      'mem_used_pct',
      'pp.*',
      'p[15]0|web_api',
      '.*',
      '.+',
      'cpu_.*|',
      'ppdb-1|ppweb-2',
    );
    const all = await select([]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...operators), label, value), { maxLength: 4 }),
        async (matchers) => {
          const expected = all.filter(({ labels }) =>
            matchers.every(([operator, name, wanted]) => {
              const text = labels[name] ?? '';
              const isMatch = operator.includes('~') ? new RegExp(`^(?:${wanted})$`).test(text) : text === wanted;
              return isMatch === operator.startsWith('=');
            }),
          );
          expect(await select(matchers)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the forecast as it was made some time ago', () => {
  const earlier = (() => {
    const options = { ages: [{ name: '1h', seconds: 3600 }], everySeconds: 1800, maxBytes: 1_000_000 };
    const past = new PastForecasts(options);
    const forecasts = [makeForecast('ppweb-2', 'mem_used_pct', (step) => step, ORIGIN - 3600)];
    const scores = Float32Array.from({ length: HORIZON_STEPS }, (_, step) => 100 - step);
    const riskPath = () => ({ origin: ORIGIN - 3600, stepSeconds: STEP_SECONDS, scores });
    Array.from(past.remember(AT - 3600, [{ server: 'ppweb-2', forecasts, riskPath }]));
    return past.asOf(AT);
  })();
  const setting = { view: { ...makeFleet(), earlier } };

  it('is found by its age, from its own first step on', async () => {
    const [series, ...more] = await select(
      [
        ['=', 'age', '1h'],
        ['=', 'level', 'p50'],
      ],
      setting,
    );
    expect(more).toEqual([]);
    expect(series!.labels).toMatchObject({ age: '1h', server: 'ppweb-2', metric: 'mem_used_pct' });
    expect(series!.samples.slice(0, 5)).toEqual(
      [1, 2, 3, 4, 5].map((step) => [ORIGIN - 3600 + step * STEP_SECONDS, step]),
    );
    expect(series!.samples).toHaveLength(94);
  });

  it('stays away where nobody asks for an age, and where that age is not kept', async () => {
    expect((await select([], setting)).some(({ labels }) => 'age' in labels)).toBe(false);
    expect(await select([['=', 'age', '4h']], setting)).toEqual([]);
  });

  it('comes with the newest where a matcher takes both', async () => {
    const both = await select(
      [
        ['=~', 'age', '1h|'],
        ['=', 'server', 'ppweb-2'],
        ['=', 'metric', 'mem_used_pct'],
      ],
      setting,
    );
    expect(both.map(({ labels }) => labels['age'])).toEqual(['1h', '1h', '1h', undefined, undefined, undefined]);
    expect(await select([['!=', 'age', '']], setting)).toHaveLength(LEVEL_NAMES.length + 1);
  });

  it('has the risk along the path as it was made then, without a level', async () => {
    const matchers: MatcherText[] = [
      ['=', 'age', '1h'],
      ['=', 'metric', 'risk_score'],
    ];
    const [series, ...more] = await select(matchers, setting);
    expect(more).toEqual([]);
    expect(series!.labels).toEqual({
      __name__: 'linborg_future',
      ...{ age: '1h', metric: 'risk_score', profile: 'web_api', server: 'ppweb-2' },
    });
    expect(series!.samples.slice(0, 3)).toEqual(
      [1, 2, 3].map((step) => [ORIGIN - 3600 + step * STEP_SECONDS, 101 - step]),
    );
    expect(await select([...matchers, ['=', 'level', 'p50']], setting)).toEqual([]);
  });

  it('is absent for a server that is stale now', async () => {
    const view = { ...setting.view, servers: [makeServer('ppweb-2', 12, { state: 'stale' })] };
    expect(await select([['=', 'age', '1h']], { view })).toEqual([]);
  });
});

describe('a read of a whole fleet', () => {
  const SERVERS = 3000;
  const fleet = (riskPath: ServerView['riskPath']) => {
    const names = Array.from({ length: SERVERS }, (_, i) => `web-${String(i).padStart(4, '0')}`);
    return { ...makeFleet(), servers: names.map((name) => ({ ...makeServer(name, 12), riskPath })) } as CycleView;
  };
  const scores = Float32Array.from({ length: HORIZON_STEPS }, (_, step) => step);
  const query = (matcher: MatcherText): QueryText => ({ matchers: [NAME, matcher], from: AT, until: END });

  it('lets others in between while it computes risk paths, a few milliseconds of them at a time', async () => {
    const { turn, stop } = countingTurns();
    const pathsByTurn = new Map<number, number>();
    let milliseconds = 0;
    const view = fleet(() => {
      milliseconds += 1;
      pathsByTurn.set(turn(), (pathsByTurn.get(turn()) ?? 0) + 1);
      return { origin: ORIGIN, stepSeconds: STEP_SECONDS, scores };
    });
    const cycle = await publishCycle(view, DEFAULT_OPTIONS);
    const request = compressed(encodeRead([query(['=', 'metric', 'risk_score'])]));
    const { body } = await readFuture(request, cycle, optionsOf(), new Turns(() => milliseconds));
    await stop();
    expect(decodeRead(body)[0]).toHaveLength(SERVERS);
    expect([...pathsByTurn.values()].reduce((sum, paths) => sum + paths)).toBe(SERVERS);
    expect(Math.max(...pathsByTurn.values())).toBeLessThanOrEqual(6);
  });

  it('lets others in between while it looks for what no server has, and while it writes what all have', async () => {
    const cycle = await publishCycle(fleet(undefined), DEFAULT_OPTIONS);
    const turnsOf = async (matcher: MatcherText) => {
      const { turn, stop } = countingTurns();
      let milliseconds = 0;
      // Each look at the clock takes a millisecond.
      await readFuture(compressed(encodeRead([query(matcher)])), cycle, optionsOf(), new Turns(() => milliseconds++));
      await stop();
      return turn();
    };
    expect(await turnsOf(['=~', 'server', '(a|b)+x'])).toBeGreaterThan(SERVERS / 10);
    expect(await turnsOf(['=', 'level', 'p50'])).toBeGreaterThan((3 * SERVERS) / 10);
  });
});

describe('a request that asks too much', () => {
  const refusal = async (body: Uint8Array, keys = {}) => {
    const cycle = await publishCycle(makeFleet(), DEFAULT_OPTIONS);
    try {
      await readFuture(body, cycle, optionsOf(keys));
    } catch (error) {
      if (error instanceof ReadRefusal) return { status: error.status, text: error.message };
      throw error;
    }
    throw new Error('it was answered');
  };
  const query: QueryText = { matchers: [NAME], from: AT, until: END };
  const withMatchers = (...matchers: MatcherText[]) => compressed(encodeRead([{ ...query, matchers }]));

  it('is told what the limit is', async () => {
    const large = await refusal(compressed(encodeRead([query])), { max_samples: 1000 });
    expect(large).toEqual({
      status: 422,
      text: 'the answer has more than 1000 samples (future.max_samples); ask for fewer servers, metrics or levels, or a shorter range',
    });
    expect(await refusal(compressed(encodeRead(Array.from({ length: 51 }, () => query))))).toMatchObject({
      status: 413,
    });
    const many = Array.from({ length: 101 }, (): MatcherText => ['!=', 'server', 'x']);
    expect(await refusal(withMatchers(...many))).toMatchObject({ status: 413 });
  });

  it('is refused for an answer in a form that is not spoken', async () => {
    const chunks = await refusal(compressed(encodeRead([query], [1])));
    expect(chunks).toEqual({
      status: 400,
      text: 'none of the wanted kinds of answer (STREAMED_XOR_CHUNKS) can be given; only SAMPLES can',
    });
    const cycle = await publishCycle(makeFleet(), DEFAULT_OPTIONS);
    const { samples } = await readFuture(compressed(encodeRead([query], [1, 0])), cycle, optionsOf());
    expect(samples).toBe(18 * HORIZON_STEPS);
  });

  it('is refused for a regular expression that is none, or that would cost too much', async () => {
    expect(await refusal(withMatchers(['=~', 'server', '(']))).toMatchObject({
      status: 400,
      text: expect.stringMatching(/^"\(" is no regular expression: .*missing closing/),
    });
    expect(await refusal(withMatchers(['=~', 'server', 'x{900}'.repeat(50)]))).toMatchObject({ status: 422 });
    expect(await refusal(withMatchers(['=~', 'server', '.'.repeat(5000)]))).toMatchObject({ status: 422 });
  });

  it('is refused for a regular expression that repeats too much before that costs anything', async () => {
    const before = process.cpuUsage();
    expect(await refusal(withMatchers(['=~', 'server', 'x{0,1000}'.repeat(450)]))).toMatchObject({ status: 422 });
    const { user, system } = process.cpuUsage(before);
    // Compiling it takes two seconds, in one turn, and 560 MB.
    expect(user + system).toBeLessThan(1_000_000);
  });

  it('is refused for many regular expressions that repeat too much together', async () => {
    const matchers = Array.from({ length: 50 }, (): MatcherText => ['=~', 'server', 'x{500}']);
    expect(await refusal(withMatchers(...matchers))).toMatchObject({ status: 422 });
  });

  it('gets its answer at once where a backtracking engine would hang', async () => {
    const server = `${'a'.repeat(60)}!`;
    const view = { ...makeFleet(), servers: [makeServer(server, 1)] };
    const before = performance.now();
    expect(await select([['=~', 'server', '(a+)+b']], { view })).toEqual([]);
    expect(await select([['=~', 'server', '(a|aa)+!']], { view })).toHaveLength(6);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('takes a list of thousands of names, as a dashboard writes it', async () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `web\\.${i}\\.example`);
    expect(await select([['=~', 'server', [...names, 'ppdb\\-1'].join('|')]])).toHaveLength(6);
  });
});
