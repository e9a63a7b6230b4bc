import { describe, expect, test } from 'vitest';
import type { IncidentReport, IncidentSubject, RuleScore } from '../../../../src/app/backtest/report/incidentData.js';
import { renderReport } from '../../../../src/app/backtest/report/renderReport.js';
import { readHtml, textOf } from './readHtml.js';
import { nothing, point, subject } from './smallIncidents.js';
import { makeReport } from './smallReport.js';

const rule: RuleScore = {
  alert: 'Mine',
  group: 'g',
  title: 'Mine',
  alerts: 4,
  alertsPerWeek: 2,
  alertsPerServerWeek: 0.2,
  early: 1,
  during: 2,
  falseAlerts: 1,
  unassigned: 3,
  precision: 0.75,
  onsets: 10,
  recallBefore: 0.1,
  recall: 0.3,
  medianLeadSeconds: -600,
};

function pageOf(subjects: readonly IncidentSubject[], alerts: readonly RuleScore[] = []): string {
  const rules = { file: 'a.yml', against: 'any threshold', recordingRules: 2, alerts };
  const shop = { name: 'shop', subjects, reliability: [], rawReliability: [], ...(alerts.length > 0 && { rules }) };
  const incidents: IncidentReport = {
    falseAlarmsPerServerWeek: 1,
    claimSeconds: 28_800,
    quietSeconds: 1800,
    datasets: [shop],
  };
  return renderReport(makeReport({ incidents }));
}

describe('the alarms', () => {
  test('stand in a table with what each method would have done, in hindsight and ahead', () => {
    const text = textOf(pageOf([subject()]));
    expect(text).toContain(
      'mem_used_pct 10 onsets, 2 that nobody could warn of or had to, 3 servers, 4.0 server-weeks',
    );
    expect(text).toMatch(/probability 8h 60% 2 h 75% 0\.50 0\.400 – – – 0\.50 never alarms/);
    expect(text).toContain('within 8h: 2.50% of 1,000 moments, 2 servers with both');
    expect(text).toMatch(/probability 0\.910 · 0\.720 · 0\.300 current value – · – · –/);
    expect(text).toContain('8h: Brier 0.0200 (always saying the rate of 2.50%: 0.0240)');
  });

  test('are told first for whole servers, then for the thresholds with the most onsets, whose tables are folded', () => {
    const page = pageOf([
      subject({ name: 'swap_used_pct', onsets: 3 }),
      subject(),
      subject({ kind: 'server', name: 'any threshold', onsets: 12 }),
    ]);
    const text = textOf(page);
    expect(text).toMatch(
      /Onsets of onsets server-weeks probability 8h current value any threshold 12 4\.0 60%, 2 h – mem_used_pct 10 4\.0 60%, 2 h – swap_used_pct 3/,
    );
    expect(text).toContain('Recall, lead The share of the onsets before which an alarm began');
    expect(textOf(renderReport(makeReport()))).not.toContain('Recall, lead');
    const folded = readHtml(page).filter(({ name }) => name === 'details');
    expect(folded).toHaveLength(2);
    expect(text).toContain(
      'Alarms on shop: probability 8h warned of 2 of 12 onsets of any threshold, half of them 2 h before or more, at 0.50 false alarms per server-week.',
    );
  });

  test('of a line have a limit in hours to the crossing', () => {
    const line = { method: 'predict_linear_4h', title: 'predict_linear, 4 h', ahead: nothing, leadSeconds: [] };
    const text = textOf(pageOf([subject({ alarms: [{ ...line, hindsight: point({ limit: -30 }) }] })]));
    expect(text).toContain('predict_linear, 4 h 60% 2 h 75% 0.50 2.5 h off');
  });

  test('count traps only where there are some, and kinds only of labels', () => {
    const kinds = [
      {
        kind: 'leak',
        onsets: 4,
        otherIncidents: 1,
        warned: [{ method: 'served_8h', onsets: 3, medianLeadSeconds: 3600 }],
      },
    ];
    const text = textOf(pageOf([subject({ kind: 'labels', name: 'labels.csv', traps: 5, kinds })]));
    expect(text).toContain('5 traps');
    expect(text).toContain('limit of hindsight limit chosen ahead Method recall');
    expect(text.match(/traps fallen for/g)).toHaveLength(2);
    expect(text).toContain('leak 4 1 75%, 1 h');
    expect(textOf(pageOf([subject()]))).not.toContain('traps fallen for');
  });

  test('without an onset are a line, not a table', () => {
    const text = textOf(pageOf([subject({ onsets: 0 })]));
    expect(text).toContain('No onset to warn of: mem_used_pct (4.0 server-weeks watched).');
    expect(text).not.toContain('who ranks best');
  });

  test('stand beside those of the user, late ones with a lead below zero', () => {
    const text = textOf(pageOf([subject()], [rule]));
    expect(text).toMatch(/Mine \(g\) 2\.0 0\.20 1 2 1 75% 10% 30% −10 min/);
    expect(text).toContain('2 recording rules of the file are not replayed');
    expect(text).toContain('3 alerts of no server that was watched');
  });

  test('are a well-formed page whatever names are in them', () => {
    const page = pageOf([subject({ name: '<b>"&' })], [{ ...rule, title: '</table><script>' }]);
    expect(readHtml(page).filter(({ name }) => name === 'script' || name === 'b"')).toEqual([]);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});
