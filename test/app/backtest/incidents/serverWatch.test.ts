import { describe, expect, it } from 'vitest';
import type { Label } from '../../../../src/app/backtest/incidents/labels.js';
import { ObservedServer } from '../../../../src/app/backtest/incidents/observed.js';
import { watchLabels, watchServer } from '../../../../src/app/backtest/incidents/serverWatch.js';
import { SERVER_STREAMS, STREAMS } from '../../../../src/app/backtest/incidents/streams.js';
import type { ThresholdWatch } from '../../../../src/app/backtest/incidents/thresholdWatch.js';
import {
  IN_PROGRESS,
  type Incident,
  MOMENT_SECONDS,
  UNSEEN,
  WATCHED,
} from '../../../../src/app/backtest/incidents/watch.js';
import { RISK_HORIZONS } from '../../../../src/core/flow.js';

const HOUR = 3600;
const MOMENTS = 96;
const streamOf = (wanted: string) => SERVER_STREAMS.findIndex(({ kind }) => kind === wanted);

/** A day of one threshold whose score is the same everywhere, breached from `from` to `to` hours. */
function threshold(metric: string, score: number, breaches: readonly (readonly [number, number])[]): ThresholdWatch {
  const spans = breaches.map(([from, to]) => ({ from: from * HOUR, to: to * HOUR }));
  const times = Float64Array.from({ length: MOMENTS }, (_, i) => i * MOMENT_SECONDS);
  return {
    server: 'a',
    times,
    states: Uint8Array.from(times, (at) =>
      spans.some(({ from, to }) => from < at && at < to) ? IN_PROGRESS : WATCHED,
    ),
    scores: STREAMS.map(() => new Float32Array(MOMENTS).fill(score)),
    incidents: spans.map(({ from, to }): Incident => {
      return { kind: metric, start: from, end: to, from: from - 8 * HOUR, until: from, onset: from };
    }),
    traps: [],
    leftOut: [],
    knownUntil: MOMENTS * MOMENT_SECONDS,
    outcomes: RISK_HORIZONS.map(() => new Uint8Array(MOMENTS)),
    breaches: spans,
  };
}

function observed(): ObservedServer {
  const server = new ObservedServer();
  server.riskScores.push(...new Array<number>(MOMENTS).fill(42));
  for (const column of server.served) column.push(...new Array<number>(MOMENTS).fill(0.7));
  return server;
}

const at = (hours: number) => (hours * HOUR) / MOMENT_SECONDS;

describe('watchServer', () => {
  const memory = threshold('mem_used_pct', 0.2, [[10, 14]]);
  const disk = threshold('disk_usage_pct', 0.1, [
    [12, 13],
    [20, 21],
  ]);
  const server = watchServer([memory, disk], observed());

  it('expects what begins while nothing else is in progress', () => {
    expect(server.incidents.map(({ onset }) => onset && onset / HOUR)).toEqual([10, undefined, 20]);
    expect([9, 11, 13.5, 16].map((hour) => server.states[at(hour)])).toEqual([
      WATCHED,
      IN_PROGRESS,
      IN_PROGRESS,
      WATCHED,
    ]);
  });

  it('scores by what is served for the server, and by hand by the highest of the thresholds that are not breached', () => {
    const scores = server.scores[streamOf('current_value')]!;
    expect([9, 11, 16].map((hour) => scores[at(hour)])).toEqual([0.2, 0.1, 0.2].map(Math.fround));
    expect(server.scores[streamOf('risk_score')]![0]).toBe(42);
    expect(server.scores[streamOf('served')]![0]).toBe(Math.fround(0.7));
  });

  it('is not seen where none of its thresholds is', () => {
    const blind = { ...memory, states: memory.states.map((state, i) => (i === 0 ? UNSEEN : state)) };
    expect(watchServer([blind], observed()).states[0]).toBe(UNSEEN);
    expect(watchServer([blind, disk], observed()).states[0]).toBe(WATCHED);
  });
});

describe('watchLabels', () => {
  const label = (from: number, to: number, more: Partial<Label> = {}): Label => {
    const plain = { server: 'a', kind: 'leak', isIncident: true, hasMetric: true };
    return { ...plain, from: from * HOUR, to: to * HOUR, ...more };
  };
  const watch = (...labels: Label[]) =>
    watchLabels([threshold('mem_used_pct', 0.2, [[15, 17]])], observed(), labels, 300);

  it('expects the breach of an episode that names a metric, and credits every alarm since its cause began', () => {
    const [incident] = watch(label(3, 17)).incidents;
    expect(incident).toMatchObject({ onset: 15 * HOUR, from: 3 * HOUR, until: 15 * HOUR, end: 17 * HOUR });
  });

  it('credits eight hours before the breach, if its cause began later', () => {
    expect(watch(label(14, 17)).incidents[0]!.from).toBe(7 * HOUR + 1);
  });

  it('takes an episode without a breach for right to warn of, and for nothing that is missed', () => {
    expect(watch(label(3, 6)).incidents[0]).toMatchObject({ onset: undefined, from: 3 * HOUR, until: 6 * HOUR });
  });

  it('expects an episode without a metric at its start', () => {
    expect(watch(label(9, 11, { hasMetric: false })).incidents[0]).toMatchObject({ onset: 9 * HOUR, until: 9 * HOUR });
  });

  it('is in progress from the breach to the end, not while the cause is at work', () => {
    const { states } = watch(label(3, 17));
    expect([4, 14, 16, 19].map((hour) => states[at(hour)])).toEqual([WATCHED, WATCHED, IN_PROGRESS, WATCHED]);
  });

  it('takes planned work for a trap, and leaves labels beyond the watched time out', () => {
    const { traps, incidents } = watch(label(4, 5, { isIncident: false }), label(30, 31));
    expect(traps).toEqual([{ from: 4 * HOUR, to: 5 * HOUR }]);
    expect(incidents).toEqual([]);
  });
});
