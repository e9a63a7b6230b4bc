import { describe, expect, it } from 'vitest';
import { leaveOut, spansOf } from '../../../../src/app/backtest/incidents/leftOut.js';
import {
  type Incident,
  MOMENT_SECONDS,
  SETTLING,
  UNSEEN,
  WATCHED,
  type Watch,
} from '../../../../src/app/backtest/incidents/watch.js';
import { RISK_HORIZONS } from '../../../../src/core/flow.js';

const HOUR = 3600;
const at = (hours: number) => (hours * HOUR) / MOMENT_SECONDS;

const onsetAt = (hours: number): Incident => {
  const onset = hours * HOUR;
  return { kind: 'm', start: onset, end: onset + HOUR, from: onset - 8 * HOUR, until: onset, onset };
};

/** Two days with onsets after 10 and 30 hours. */
function watch(): Watch {
  const times = Float64Array.from({ length: at(48) }, (_, i) => i * MOMENT_SECONDS);
  const incidents = [onsetAt(10), onsetAt(30)];
  return {
    server: 'a',
    times,
    states: Uint8Array.from(times, (_, i) => (i === at(13) ? SETTLING : WATCHED)),
    scores: [],
    incidents,
    traps: [],
    leftOut: [],
    knownUntil: 48 * HOUR,
    outcomes: RISK_HORIZONS.map(({ steps }) =>
      Uint8Array.from(times, (time) =>
        incidents.some(({ start }) => start >= time && start < time + steps * 300) ? 1 : 0,
      ),
    ),
  };
}

const span = (from: number, to: number) => ({ from: from * HOUR, to: to * HOUR });
const EIGHT_HOURS = RISK_HORIZONS.findIndex(({ name }) => name === '8h');

describe('a watch with spans left out', () => {
  const left = leaveOut(watch(), [span(12, 20), span(29, 37)], 300);

  it('has no moment within them at which an alarm could begin, and all others as they were', () => {
    expect([11.75, 12, 13, 19.75, 20].map((hour) => left.states[at(hour)])).toEqual([
      WATCHED,
      UNSEEN,
      UNSEEN,
      UNSEEN,
      WATCHED,
    ]);
  });

  it('misses no onset within them, and takes no alarm before such a one for true', () => {
    expect(left.incidents[0]).toEqual(onsetAt(10));
    expect(left.incidents[1]).toMatchObject({
      onset: undefined,
      start: 30 * HOUR,
      from: Number.NaN,
      until: Number.NaN,
    });
  });

  it('knows what came only where no span lies between the moment and the onset, or the end of the horizon', () => {
    const outcome = (hour: number) => left.outcomes[EIGHT_HOURS]![at(hour)];
    // Ten hours are reached before the span begins; what comes in it, or in horizons that reach into it, is not known.
    expect([1, 3, 10, 11, 19, 20, 22, 25, 37].map(outcome)).toEqual([0, 1, 1, UNSEEN, UNSEEN, 0, UNSEEN, UNSEEN, 0]);
  });

  it('is the same watch where nothing is left out', () => {
    const whole = watch();
    expect(leaveOut(whole, [], 300)).toBe(whole);
  });
});

describe('spansOf', () => {
  it('takes those of the server and of all servers, joined and in order', () => {
    const spans = [
      { server: '*', from: 50, to: 60, reason: '' },
      { server: 'a', from: 10, to: 20, reason: '' },
      { server: 'b', from: 0, to: 100, reason: '' },
      { server: 'a', from: 15, to: 30, reason: '' },
    ];
    expect(spansOf('a', spans)).toMatchObject([
      { from: 10, to: 30 },
      { from: 50, to: 60 },
    ]);
  });
});
