import type { CatalogueEntry } from './entry.js';

/** Families about the fleet as a whole; rendered once per cycle, absent until samples can be judged. */
export const FLEET_METRICS = [
  {
    name: 'linborg_anomaly_score',
    type: 'gauge',
    help: 'Distance of the newest samples from what was forecast for them an hour before, in half-widths of p10-p90, median of three: 1 is the edge, above is outside. Absent without such a forecast or sample.',
    labels: ['server', 'metric'],
  },
  {
    name: 'linborg_server_stress_ratio',
    type: 'gauge',
    help: 'How far a server is on the bad side of what was forecast, in half-widths of p10-p90, mean of its two worst kinds of metrics. Absent for servers that are not under stress.',
    labels: ['server'],
  },
  {
    name: 'linborg_stressed_servers',
    type: 'gauge',
    help: 'Servers under stress that nothing forecast; those in maintenance do not count. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_stressed_servers_usual',
    type: 'gauge',
    help: 'Servers that are usually under stress, a mean over days. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_cascade_score',
    type: 'gauge',
    help: 'How clearly servers come under stress one after the other and move together, 0-1; 0 = no such group, a cascade from 0.5 on. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_cascade_servers',
    type: 'gauge',
    help: 'Servers of the group that the cascade score is about. Absent until samples can be judged.',
    labels: [],
  },
  {
    name: 'linborg_cascade_origin_info',
    type: 'gauge',
    help: 'Always 1; the label names the server of that group that was first. Absent without a group.',
    labels: ['server'],
  },
  {
    name: 'linborg_category_anomaly',
    type: 'gauge',
    help: 'Always 1; the last hour of a category (api, infrastructure, ai_engine) was out of what was forecast for it, and how severely: low, medium, high or critical. Absent where it was not.',
    labels: ['category', 'severity'],
  },
  {
    name: 'linborg_category_anomaly_score',
    type: 'gauge',
    help: 'How deep and how widely the last hour of a category was out of what was forecast, 0-1. Absent for categories without a series that can be judged.',
    labels: ['category'],
  },
  {
    name: 'linborg_category_anomaly_confidence_ratio',
    type: 'gauge',
    help: 'Probability of fewer outlying servers or series in a category if each were outlying by its usual chance, 0-1; an anomaly from 0.99 on. Absent with the score.',
    labels: ['category'],
  },
] as const satisfies readonly CatalogueEntry[];
