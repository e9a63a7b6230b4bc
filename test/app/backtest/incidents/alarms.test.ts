import { describe, expect, it } from 'vitest';
import { judgeAlarms, raiseAlarms } from '../../../../src/app/backtest/incidents/alarms.js';
import { chooseLimit, tallyAlarms } from '../../../../src/app/backtest/incidents/limitChoice.js';
import {
  ALL_TIME,
  IN_PROGRESS,
  type Incident,
  SETTLING,
  UNSEEN,
  WATCHED,
  type Watch,
} from '../../../../src/app/backtest/incidents/watch.js';

const QUARTER = 900;
const HOUR = 3600;

/** Scores every 15 minutes from 0 on; states `.` watched, `#` in progress, `?` unseen, `~` settling. */
function watchOf(scores: readonly number[], more: Partial<Watch> & { readonly path?: string } = {}): Watch {
  const { path = '.'.repeat(scores.length), ...rest } = more;
  return {
    server: 'a',
    times: Float64Array.from(scores, (_, i) => i * QUARTER),
    states: Uint8Array.from(path, (c) => ({ '.': WATCHED, '#': IN_PROGRESS, '?': UNSEEN, '~': SETTLING })[c]!),
    scores: [Float32Array.from(scores)],
    incidents: [],
    traps: [],
    leftOut: [],
    knownUntil: Number.POSITIVE_INFINITY,
    outcomes: [],
    ...rest,
  };
}

function onsetAt(onset: number): Incident {
  return { kind: 'm', start: onset, end: onset + HOUR, from: onset - 8 * HOUR, until: onset, onset };
}

const quarters = (watch: Watch, limit: number) =>
  raiseAlarms(watch, 0, limit, ALL_TIME).map(({ from, to }) => [from / QUARTER, to / QUARTER]);

describe('raiseAlarms', () => {
  it('begins at the limit, not only over it', () => {
    const score = Math.fround(0.3);
    expect(quarters(watchOf([0, score, 0, 0, 0]), score)).toEqual([[1, 3]]);
    expect(quarters(watchOf([0, score, 0, 0, 0]), 0.31)).toEqual([]);
  });

  it('stands through fifteen minutes below and ends after thirty', () => {
    expect(quarters(watchOf([1, 0, 1, 0, 0, 0, 1, 0, 0]), 1)).toEqual([
      [0, 4],
      [6, 8],
    ]);
  });

  it('ends when the incident is there, and does not begin while it lasts or has just ended', () => {
    expect(quarters(watchOf([1, 1, 1, 1, 1, 1, 1], { path: '..##~..' }), 1)).toEqual([
      [0, 2],
      [5, 6],
    ]);
  });

  it('is wrong after eight hours, and begins anew if the score still says so', () => {
    expect(quarters(watchOf(new Array<number>(70).fill(1)), 1)).toEqual([
      [0, 32],
      [32, 64],
      [64, 69],
    ]);
  });

  it('never begins on a score that says "never", however low the limit', () => {
    expect(quarters(watchOf([Number.NEGATIVE_INFINITY, -5]), Number.NEGATIVE_INFINITY)).toEqual([[1, 1]]);
  });

  it('does not begin where the server is not seen', () => {
    expect(quarters(watchOf([1, 1, 1], { path: '??.' }), 1)).toEqual([[2, 2]]);
  });
});

describe('judgeAlarms', () => {
  const alarm = { from: 2 * HOUR, to: 3 * HOUR };

  it('calls an alarm true if an onset follows within eight hours, and takes the lead from its beginning', () => {
    const watch = watchOf([], { incidents: [onsetAt(10 * HOUR)] });
    const judged = judgeAlarms(watch, [{ from: HOUR, to: 2 * HOUR }, alarm], ALL_TIME);
    expect(judged).toMatchObject({ trueAlarms: 1, falseAlarms: 1, warnedAt: [2 * HOUR] });
  });

  it('counts an alarm neither way whose eight hours are not over when the trace ends', () => {
    const watch = watchOf([], { knownUntil: 10 * HOUR - 1 });
    expect(judgeAlarms(watch, [alarm], ALL_TIME)).toMatchObject({ trueAlarms: 0, falseAlarms: 0 });
    expect(judgeAlarms({ ...watch, knownUntil: 10 * HOUR }, [alarm], ALL_TIME).falseAlarms).toBe(1);
  });

  it('calls an alarm during planned work false, and counts the trap', () => {
    const traps = [
      { from: 2.5 * HOUR, to: 4 * HOUR },
      { from: 20 * HOUR, to: 21 * HOUR },
    ];
    expect(judgeAlarms(watchOf([], { traps }), [alarm], ALL_TIME)).toMatchObject({ falseAlarms: 1, trapsFallenFor: 1 });
  });

  it('counts an alarm neither way if an action within its eight hours may have prevented what it claimed', () => {
    const leftOut = [{ from: 9 * HOUR, to: 17 * HOUR }];
    expect(judgeAlarms(watchOf([], { leftOut }), [alarm], ALL_TIME)).toMatchObject({ trueAlarms: 0, falseAlarms: 0 });
    const before = watchOf([], { leftOut, incidents: [onsetAt(8 * HOUR)] });
    expect(judgeAlarms(before, [alarm], ALL_TIME)).toMatchObject({ trueAlarms: 1, warnedAt: [alarm.from] });
    const late = { from: HOUR / 2, to: HOUR };
    expect(judgeAlarms(before, [late], ALL_TIME)).toMatchObject({ trueAlarms: 1, falseAlarms: 0 });
  });

  it('uses no onset after the span that a limit is chosen on', () => {
    const watch = watchOf([], { incidents: [onsetAt(6 * HOUR)] });
    const first = { ...ALL_TIME, to: 5 * HOUR };
    expect(judgeAlarms(watch, [alarm], first)).toEqual({
      trueAlarms: 0,
      falseAlarms: 0,
      trapsFallenFor: 0,
      warnedAt: [undefined],
    });
  });
});

describe('chooseLimit', () => {
  /** Four weeks with a score of 0.9 at two onsets, of 0.5 each day without one: 28 times. */
  function weeks(): Watch {
    const scores = Array.from({ length: 28 * 96 }, (_, i): number => (i % 96 === 40 ? 0.5 : 0.1));
    const onsets = [3 * 96 + 10, 17 * 96 + 10];
    for (const i of onsets) scores[i - 8] = 0.9;
    return watchOf(scores, { incidents: onsets.map((i) => onsetAt(i * QUARTER)) });
  }

  it('goes as low as one false alarm per server-week allows and no lower', () => {
    const limit = chooseLimit([weeks()], 0, ALL_TIME);
    expect(limit).toBe(Math.fround(0.9));
    expect(tallyAlarms([weeks()], 0, limit, ALL_TIME)).toEqual({
      trueAlarms: 2,
      falseAlarms: 0,
      trapsFallenFor: 0,
      onsets: 2,
      leads: [2 * HOUR, 2 * HOUR],
    });
  });

  it('spends what one server leaves over on another, as the allowance is the fleet’s', () => {
    const calm = () => watchOf(new Array<number>(28 * 96).fill(0.1));
    // 28 false alarms in 4 × 7 server-weeks.
    const fleet = [weeks(), ...Array.from({ length: 6 }, calm)];
    expect(chooseLimit(fleet, 0, ALL_TIME)).toBe(0.5);
  });

  it('never alarms where the highest score comes too often', () => {
    const noisy = watchOf(Array.from({ length: 7 * 96 }, (_, i) => (i % 48 === 0 ? 1 : 0)));
    expect(chooseLimit([noisy], 0, ALL_TIME)).toBeUndefined();
    expect(tallyAlarms([noisy], 0, undefined, ALL_TIME).falseAlarms).toBe(0);
  });

  it('has no limit to choose where nothing could be scored', () => {
    expect(chooseLimit([], 0, ALL_TIME)).toBeUndefined();
  });
});
