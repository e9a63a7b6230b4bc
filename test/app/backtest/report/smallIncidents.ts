/** Alarms of a backtest as few as they can be and still fill every part of their section. */
import type { IncidentSubject, OperatingPoint } from '../../../../src/app/backtest/report/incidentData.js';

/** What a method did at one limit. */
export const point = (changes: Partial<OperatingPoint> = {}): OperatingPoint => ({
  limit: 0.4,
  alarms: 8,
  falseAlarms: 2,
  falseAlarmsPerServerWeek: 0.5,
  precision: 0.75,
  onsets: 10,
  recall: 0.6,
  medianLeadSeconds: 7200,
  trapsFallenFor: 1,
  ...changes,
});

/** Of a method that never alarms. */
export const nothing = point({ limit: null, precision: null, recall: null, medianLeadSeconds: null });

/** A threshold with ten onsets and two methods. */
export const subject = (changes: Partial<IncidentSubject> = {}): IncidentSubject => ({
  kind: 'threshold',
  name: 'mem_used_pct',
  servers: 3,
  serverWeeks: 4,
  onsets: 10,
  otherIncidents: 2,
  traps: 0,
  alarms: [
    { method: 'served_8h', title: 'probability 8h', hindsight: point(), ahead: nothing, leadSeconds: [3600, 40_000] },
    { method: 'current_value', title: 'current value', hindsight: nothing, ahead: nothing, leadSeconds: [] },
  ],
  rankings: [
    {
      horizon: '8h',
      cases: 1000,
      positives: 25,
      servers: 2,
      methods: [
        { method: 'served_8h', title: 'probability 8h', auroc: 0.91, aurocWithinServers: 0.72, averagePrecision: 0.3 },
        {
          method: 'current_value',
          title: 'current value',
          auroc: null,
          aurocWithinServers: null,
          averagePrecision: null,
        },
      ],
    },
  ],
  reliability: [
    {
      horizon: '8h',
      cases: 1000,
      rate: 0.025,
      brier: 0.02,
      brierOfRate: 0.024,
      bins: [{ from: 0.2, to: 0.3, cases: 300, predicted: 0.25, observed: 0.27, low: 0.22, high: 0.32 }],
    },
  ],
  kinds: [],
  ...changes,
});
