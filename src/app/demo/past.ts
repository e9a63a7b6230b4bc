/** What Prometheus would hold had linborg and the rules run before the demo: first what a start learns from, then what only eyes miss. */
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { writeSeries } from '../../simulator/remoteWrite.js';
import type { WriteSeries } from '../../simulator/writeRequest.js';
import { pastAlerts } from './pastAlerts.js';
import { pastCycles } from './pastCycles.js';
import { recordPastRules } from './pastRules.js';
import type { SplitFleet } from './pushedServers.js';

export interface Past {
  readonly fleet: SplitFleet;
  /** Epoch seconds at which the past ends. */
  readonly anchor: number;
  readonly config: Config;
  /** Labels that Prometheus adds when it scrapes linborg. */
  readonly labels: Readonly<Record<string, string>>;
  readonly prometheusUrl: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Tells what is being done now. */
  readonly onProgress: (text: string) => void;
}

/** What the dashboard of a server shows, and longer than the farthest horizon, so that forecasts of all horizons have come due. */
const PAST_SECONDS = 16 * 3600;
/** As often as forecasts are judged. */
const EARLIER_CYCLE_SECONDS = 1800;
/** From here on as a demo looks at it closely: every second bucket is half the work. */
const RECENT_SECONDS = 10 * 3600;
const RECENT_CYCLE_SECONDS = 600;
const RULES_SECONDS = 120;
/** Drift is known a week and a day after the first cycle. */
const DRIFT_SECONDS = 8.5 * 86_400;
/** Eight forecasts of a series in a day tell how its inputs are distributed. */
const DRIFT_CYCLE_SECONDS = 3 * 3600;
/** What is known after so long only, and not after PAST_SECONDS; `anomaly_rate` is known sooner. */
const DRIFT_LINE = /^linborg_drift_(score\{|measure_ratio\{measure="(per|dss|fds)")/;

/** Fills Prometheus with linborg's own series of the last hours. */
export async function recordPastCycles(past: Past): Promise<void> {
  const series = await pastCycles({
    ...{ ...past, moments: momentsUntil(past.anchor), until: past.anchor },
    onProgress: (done, total) => past.onProgress(`linborg's last 16 hours: ${done} of ${total} cycles`),
  });
  await write(past, series);
}

/** Adds what the recording rules and alerts would have given of it, and drift, which takes a week to be known. */
export async function recordPastEvaluations(past: Past): Promise<void> {
  const { anchor, prometheusUrl: url, signal, onProgress } = past;
  const span = { url, signal, from: firstCycleOf(anchor), until: anchor, everySeconds: RULES_SECONDS };
  const record = { ...span, write: (series: readonly WriteSeries[]) => write(past, series) };
  const isOfDrift = ({ query }: { readonly query: string }) => query.includes('linborg_drift_');
  onProgress("for the dashboards: recording rules over linborg's last 16 hours");
  await recordPastRules({ ...record, wants: (rule) => !isOfDrift(rule) });
  await recordPastDrift(past);
  await recordPastRules({ ...record, wants: isOfDrift });
  onProgress("for the dashboards: alerts over linborg's last 16 hours");
  await write(past, await pastAlerts(span));
}

function momentsUntil(anchor: number): number[] {
  const recent = anchor - RECENT_SECONDS;
  return [
    ...momentsWithin(firstCycleOf(anchor), recent, EARLIER_CYCLE_SECONDS),
    ...momentsWithin(recent, anchor, RECENT_CYCLE_SECONDS),
  ];
}

/** Before it linborg was not there, and an alert would say so. */
function firstCycleOf(anchor: number): number {
  return Math.ceil((anchor - PAST_SECONDS) / EARLIER_CYCLE_SECONDS) * EARLIER_CYCLE_SECONDS;
}

/** Multiples of `everySeconds` at from ≤ time < until. */
function momentsWithin(from: number, until: number, everySeconds: number): number[] {
  const first = Math.ceil(from / everySeconds);
  return Array.from({ length: Math.ceil(until / everySeconds) - first }, (_, i) => (first + i) * everySeconds);
}

async function recordPastDrift(past: Past): Promise<void> {
  const { anchor } = past;
  const { model } = past.config;
  const series = await pastCycles({
    ...{ ...past, moments: momentsWithin(anchor - DRIFT_SECONDS, anchor, DRIFT_CYCLE_SECONDS), until: anchor },
    // Beside linborg itself, which has workers of its own.
    config: { ...past.config, model: { ...model, workers: 1 } },
    wants: (line) => DRIFT_LINE.test(line),
    onProgress: (done, total) =>
      past.onProgress(`for the dashboards: drift since a week ago, ${done} of ${total} cycles`),
  });
  await write(past, series);
}

async function write({ prometheusUrl, signal }: Past, series: readonly WriteSeries[]): Promise<void> {
  await writeSeries(series, { url: `${prometheusUrl}/api/v1/write`, signal });
}
