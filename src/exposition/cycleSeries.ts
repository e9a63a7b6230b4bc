/** The families of one cycle as text, family by family, in pieces of at most one server. */
import { type Forecast, type Frame, LEVEL_NAMES, RISK_HORIZONS, type Risk, SERVER_STATES } from '../core/flow.js';
import { isServer, newestValue } from '../core/frame.js';
import type { ServerLabels } from '../core/serverLabels.js';
import { topReasons } from '../core/topReasons.js';
import { CYCLE_METRICS } from './catalogue/cycle.js';
import type { CycleView, ServerView } from './cycleView.js';
import { renderFleetSeries } from './fleetSeries.js';
import { forecastStep, forecastValue } from './forecastPoint.js';
import type { ExportOptions } from './options.js';
import { escapeLabelValue, familyHead, formatMeasure, formatValue } from './seriesText.js';
import { renderTruthSeries } from './truthSeries.js';

const SECONDS_PER_DAY = 86_400;
/** The newest bucket, or one of the two before it: older values are no longer the present. */
const VALUE_BUCKETS = 3;

type CycleMetricName = (typeof CYCLE_METRICS)[number]['name'];

/** How many series a cycle has on /metrics. */
export interface SeriesCount {
  readonly rendered: number;
  /** Forecast series left out because of `maxSeries`. */
  readonly dropped: number;
}

/** A server with its labels ready: `server="web-1"`. */
interface LabelledServer {
  readonly view: ServerView;
  readonly label: string;
}

/**
 * Renders the families of the catalogue in its order, the forecasts last.
 * @param cycle its servers riskiest first: the budget takes forecasts from the end
 */
export function* renderCycleSeries(cycle: CycleView, options: ExportOptions): Generator<string, SeriesCount> {
  const { at, truth } = cycle;
  const servers = cycle.servers.map((view) => ({ view, label: `server="${escapeLabelValue(view.frame.server)}"` }));
  let rendered = 0;
  for (const { name, type, help } of CYCLE_METRICS) {
    if (name === 'linborg_forecast_value') continue;
    yield familyHead(name, type, help);
    for (const lines of familyLines(name, cycle, servers)) {
      rendered += lines.length;
      if (lines.length > 0) yield lines.join('');
    }
  }
  if (cycle.fleet !== undefined) rendered += yield* renderFleetSeries(cycle.fleet);
  if (truth !== undefined) rendered += yield* renderTruthSeries(truth);
  const forecasts = CYCLE_METRICS.find(({ name }) => name === 'linborg_forecast_value')!;
  yield familyHead(forecasts.name, forecasts.type, forecasts.help);
  let spent = false;
  let dropped = 0;
  for (const server of servers) {
    const wanted = countForecastSeries(at, server.view, options);
    spent ||= rendered + wanted > options.maxSeries;
    if (spent) dropped += wanted;
    else if (wanted > 0) {
      rendered += wanted;
      yield forecastLines(at, server, options);
    }
  }
  return { rendered, dropped };
}

/** The sample lines of one family, server by server. */
function* familyLines(
  name: Exclude<CycleMetricName, 'linborg_forecast_value'>,
  { maintenance = [] }: CycleView,
  servers: readonly LabelledServer[],
): Generator<string[]> {
  if (name === 'linborg_maintenance_servers') {
    yield maintenance.map(({ window, servers: count }) => `${name}{window="${escapeLabelValue(window)}"} ${count}\n`);
    return;
  }
  if (name === 'linborg_profile_servers') {
    yield profileLines(servers);
    return;
  }
  if (name === 'linborg_servers') {
    yield SERVER_STATES.map((state) => {
      const count = servers.filter(({ view }) => isServer(view.frame) && view.frame.state === state).length;
      return `${name}{state="${state}"} ${count}\n`;
    });
    return;
  }
  const isOfServers = name.startsWith('linborg_server_');
  for (const server of servers) if (!isOfServers || isServer(server.view.frame)) yield serverLines(name, server);
}

function profileLines(servers: readonly LabelledServer[]): string[] {
  const counts = new Map<string, number>();
  for (const { view } of servers) {
    const { profile, profileOrigin: origin } = view.frame;
    if (!isServer(view.frame) || origin === undefined) continue;
    const labels = `profile="${profile}",origin="${origin}"`;
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  }
  return [...counts].sort().map(([labels, count]) => `linborg_profile_servers{${labels}} ${count}\n`);
}

/** One line of a family, from its labels after the server's. */
type Line = (labels: string, value: string) => string;

function serverLines(
  name: FrameMetricName | RiskMetricName,
  { view: { frame, risk, labels }, label }: LabelledServer,
): string[] {
  const line: Line = (more, value) => `${name}{${label}${more}} ${value}\n`;
  if (isOfFrame(name)) return frameLines(name, frame, labels, line);
  return risk === undefined ? [] : riskLines(name, risk, line);
}

/** Families about a server itself, whether it has a risk or not. */
const FRAME_METRICS = [
  'linborg_server_state',
  'linborg_server_info',
  'linborg_server_warmup_ratio',
  'linborg_server_history_seconds',
  'linborg_server_coverage_ratio',
  'linborg_metric_value',
] as const;

type FrameMetricName = (typeof FRAME_METRICS)[number];

type RiskMetricName = Exclude<
  CycleMetricName,
  | FrameMetricName
  | 'linborg_forecast_value'
  | 'linborg_servers'
  | 'linborg_profile_servers'
  | 'linborg_maintenance_servers'
>;

function isOfFrame(name: FrameMetricName | RiskMetricName): name is FrameMetricName {
  return (FRAME_METRICS as readonly string[]).includes(name);
}

function frameLines(name: FrameMetricName, frame: Frame, passed: ServerLabels | undefined, line: Line): string[] {
  const fresh = frame.state !== 'stale';
  switch (name) {
    case 'linborg_server_state':
      return [line(`,state="${frame.state}"`, '1')];
    case 'linborg_server_info':
      return passed ? [line(renderPassed(passed), '1')] : [];
    case 'linborg_server_warmup_ratio':
      return fresh ? [line('', formatMeasure(frame.quality.warmupRatio))] : [];
    case 'linborg_server_history_seconds':
      return fresh ? [line('', formatValue(Math.round(frame.quality.historyDays * SECONDS_PER_DAY)))] : [];
    case 'linborg_server_coverage_ratio':
      return fresh ? [line('', formatMeasure(frame.quality.coverageRatio))] : [];
    case 'linborg_metric_value':
      if (!fresh) return [];
      return frame.metrics.flatMap((metric, row) => {
        const value = newestValue(frame, row, VALUE_BUCKETS);
        return value === undefined ? [] : [line(metricLabel(metric), formatMeasure(value))];
      });
  }
}

function riskLines(name: RiskMetricName, risk: Risk, line: Line): string[] {
  switch (name) {
    case 'linborg_risk_score':
      return [line(`,profile="${risk.profile}"`, formatMeasure(risk.score))];
    case 'linborg_risk_level':
      return [line(`,profile="${risk.profile}",color="${risk.color}"`, '1')];
    case 'linborg_risk_contribution':
      return risk.contributions.map(({ metric, points }) => line(metricLabel(metric), formatMeasure(points)));
    case 'linborg_trend_per_hour':
      return topReasons(risk).flatMap(({ metric, trendPerHour }) =>
        trendPerHour === undefined ? [] : [line(metricLabel(metric), formatMeasure(trendPerHour))],
      );
    case 'linborg_incident_probability_ratio':
      return RISK_HORIZONS.map(({ name: horizon }) =>
        line(`,horizon="${horizon}"`, formatMeasure(risk.incidentProbability[horizon])),
      );
    case 'linborg_threshold_value':
      return risk.thresholds.map(({ metric, threshold }) => line(metricLabel(metric), formatMeasure(threshold)));
    case 'linborg_threshold_usual_value':
      return risk.thresholds.flatMap(({ metric, usualPeak }) =>
        usualPeak === undefined ? [] : [line(metricLabel(metric), formatMeasure(usualPeak))],
      );
    case 'linborg_threshold_breached':
      return risk.thresholds.flatMap(({ metric, breached }) => (breached ? [line(metricLabel(metric), '1')] : []));
    case 'linborg_time_to_threshold_seconds':
      return risk.timeToThreshold.flatMap(({ metric, seconds }) =>
        LEVEL_NAMES.flatMap((level) => {
          const until = seconds[level];
          if (until === null) return [];
          return [line(`${metricLabel(metric)},level="${level}"`, formatMeasure(until))];
        }),
      );
  }
}

/** To be added after others. */
function metricLabel(metric: string): string {
  return `,metric="${escapeLabelValue(metric)}"`;
}

/** Labels to be added after others, by name. */
function renderPassed(labels: ServerLabels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `,${name}="${escapeLabelValue(value)}"`).join('');
}

function isExported(forecast: Forecast, options: ExportOptions): boolean {
  return options.metrics?.has(forecast.metric) ?? true;
}

function countForecastSeries(at: number, { forecasts }: ServerView, options: ExportOptions): number {
  let count = 0;
  for (const forecast of forecasts) {
    if (!isExported(forecast, options)) continue;
    for (const { seconds } of options.horizons) {
      if (forecastStep(forecast, at + seconds) !== undefined) count += options.levels.length;
    }
  }
  return count;
}

/** One server's lines of linborg_forecast_value; the hot loop of a large fleet. */
function forecastLines(at: number, { view, label }: LabelledServer, options: ExportOptions): string {
  let text = '';
  for (const forecast of view.forecasts) {
    if (!isExported(forecast, options)) continue;
    const metric = `linborg_forecast_value{${label},metric="${escapeLabelValue(forecast.metric)}",horizon="`;
    for (const { name, seconds } of options.horizons) {
      const step = forecastStep(forecast, at + seconds);
      if (step === undefined) continue;
      for (const level of options.levels) {
        text += `${metric}${name}",level="${level}"} ${formatMeasure(forecastValue(forecast, step, level))}\n`;
      }
    }
  }
  return text;
}
