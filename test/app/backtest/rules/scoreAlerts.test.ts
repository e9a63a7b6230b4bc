import { describe, expect, it } from 'vitest';
import type { Incident, Watch } from '../../../../src/app/backtest/incidents/watch.js';
import { scoreAlerts } from '../../../../src/app/backtest/rules/scoreAlerts.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const NAME = { alert: 'A', group: 'g', title: 'A' };

const incidentAt = (onset: number): Incident => ({
  kind: 'm',
  start: onset,
  end: onset + 2 * HOUR,
  from: onset - 8 * HOUR,
  until: onset,
  onset,
});

/** Seven days of one server. */
function watch(server: string, incidents: readonly Incident[]): Watch {
  const nothing = { states: new Uint8Array(), scores: [], traps: [], leftOut: [], outcomes: [] };
  return { server, times: Float64Array.of(0), incidents, knownUntil: 7 * DAY, ...nothing };
}

const firing = (from: number, to = from + HOUR, server: string | undefined = 'a') => ({ server, from, to });

describe('scoreAlerts', () => {
  it('tells alerts before an onset, during an incident and false ones apart', () => {
    const watches = [watch('a', [incidentAt(DAY), incidentAt(3 * DAY), incidentAt(5 * DAY)])];
    const firings = [
      firing(DAY - 2 * HOUR),
      firing(3 * DAY + HOUR),
      firing(2 * DAY),
      // Its eight hours are not over.
      firing(7 * DAY - HOUR),
      { server: undefined, from: DAY, to: DAY + HOUR },
      firing(DAY, DAY + 1, 'stranger'),
    ];
    expect(scoreAlerts(NAME, firings, watches)).toEqual({
      ...NAME,
      alerts: 4,
      alertsPerWeek: 4,
      alertsPerServerWeek: 4,
      early: 1,
      during: 1,
      falseAlerts: 1,
      unassigned: 2,
      precision: 2 / 3,
      onsets: 3,
      recallBefore: 1 / 3,
      recall: 2 / 3,
      // Two hours before the one, one hour after the other.
      medianLeadSeconds: HOUR / 2,
    });
  });

  it('counts an alert neither way whose eight hours an action may have changed', () => {
    const changed = { ...watch('a', [incidentAt(DAY)]), leftOut: [{ from: 2 * DAY, to: 2 * DAY + 8 * HOUR }] };
    const firings = [firing(DAY - HOUR), firing(2 * DAY - 7 * HOUR), firing(2 * DAY - 9 * HOUR)];
    expect(scoreAlerts(NAME, firings, [changed])).toMatchObject({
      alerts: 3,
      early: 1,
      falseAlerts: 1,
      precision: 0.5,
    });
  });

  it('credits an alert that has stood for days with eight hours of lead', () => {
    const score = scoreAlerts(NAME, [firing(0, 6 * DAY)], [watch('a', [incidentAt(3 * DAY)])]);
    expect(score).toMatchObject({ recallBefore: 1, medianLeadSeconds: 8 * HOUR, falseAlerts: 1 });
  });

  it('takes an alert that one incident raised for no warning of the next, even if it still stands', () => {
    const watches = [watch('a', [incidentAt(DAY), incidentAt(DAY + 4 * HOUR)])];
    const ended = scoreAlerts(NAME, [firing(DAY + HOUR)], watches);
    expect(ended).toMatchObject({ during: 1, recallBefore: 0, recall: 0.5, medianLeadSeconds: -HOUR });
    const standing = scoreAlerts(NAME, [firing(DAY + HOUR, DAY + 5 * HOUR)], watches);
    expect(standing).toMatchObject({ recallBefore: 0, recall: 1, medianLeadSeconds: -HOUR / 2 });
  });

  it('counts per week of the fleet and per week of a server', () => {
    const watches = [watch('a', []), watch('b', [])];
    const score = scoreAlerts(NAME, [firing(HOUR), firing(DAY), firing(HOUR, DAY, 'b')], watches);
    expect(score).toMatchObject({ alertsPerWeek: 3, alertsPerServerWeek: 1.5, precision: 0, recall: null });
  });
});
