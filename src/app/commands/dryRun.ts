/** `linborg dry-run`: one cycle, printed; nothing is served. */
import { type Frame, LEVEL_NAMES } from '../../core/flow.js';
import { bucketValue, isServer } from '../../core/frame.js';
import { isoMilliseconds } from '../../core/isoMilliseconds.js';
import { METRIC_NAMES, upperBound } from '../../core/metrics.js';
import { rankServers, type ServerView } from '../../exposition/cycleView.js';
import type { PullSummary } from '../../sources/source.js';
import { loadConfigFile } from '../configFile.js';
import { wholeNumber } from '../flags.js';
import { createLog } from '../log.js';
import { createProgress } from '../progress.js';
import { renderRiskTable } from '../riskTable.js';
import { Pipeline } from '../service/pipeline.js';
import { renderTable } from '../table.js';

/** Index of the step an hour ahead. */
const HOUR = 11;

interface DryRunFlags {
  readonly 'config.file': string;
  readonly limit: string;
}

export async function dryRun(flags: DryRunFlags): Promise<number> {
  const limit = wholeNumber('limit', flags.limit, 1, 1_000_000);
  const config = await loadConfigFile(flags['config.file']);
  const progress = createProgress();
  const summaries: PullSummary[] = [];
  const log = createLog('warn');
  const pipeline = await Pipeline.open(config, log, {
    onPull: (summary) => summaries.push(summary),
    onDropped: (reason, count) => progress.done(`${count} samples dropped: ${reason}`),
    onHistory: (source, done, total) => progress.update(`reading ${source}: ${done} of ${total} queries`),
  });
  try {
    const { servers } = await pipeline.cycle(Date.now() / 1000);
    for (const summary of summaries) progress.done(describePull(summary));
    const all = rankServers(servers);
    const shown = all.filter(({ frame }) => isServer(frame)).slice(0, limit);
    const subjects = all.filter(({ frame }) => !isServer(frame));
    const records = shown.map(({ frame }) => recordOf(frame));
    process.stdout.write(`${JSON.stringify({ records }, null, 2)}\n\n`);
    process.stdout.write(`${shown.map(({ frame }) => validationOf(frame)).join('\n')}\n\n`);
    process.stdout.write(`${renderRiskTable(shown)}\n\n`);
    if (subjects.length > 0) process.stdout.write(`${renderSubjects(subjects)}\n\n`);
    process.stdout.write(
      `${shown.length} of ${all.length - subjects.length} servers shown (--limit); nothing was served or stored\n`,
    );
    return servers.length > 0 ? 0 : 1;
  } finally {
    await pipeline.close();
  }
}

/** One line per extra target of a subject that is no server: its value, and the forecast for an hour ahead. */
function renderSubjects(subjects: readonly ServerView[]): string {
  const rows = subjects.flatMap(({ frame, forecasts }) =>
    frame.metrics.map((metric) => {
      const forecast = forecasts.find((one) => one.metric === metric);
      const levels =
        forecast && LEVEL_NAMES.map((_, level) => round(forecast.values[HOUR * LEVEL_NAMES.length + level]!));
      const now = valueNow(frame, metric);
      return [frame.server, metric, frame.state, now === null ? '–' : String(now), levels?.join(' · ') ?? '–'];
    }),
  );
  return renderTable(['SUBJECT', 'TARGET', 'STATE', 'NOW', 'IN 1 H: P10 · P50 · P90'], rows, new Set([3]));
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function describePull({ source, samples, servers, queries, queriesFailed, failures }: PullSummary): string {
  const failed = failures.map(({ metric, error }) => `\n  ${metric}: ${error.message}`).join('');
  return `${source}: ${samples} samples of ${servers} servers in ${queries} queries, ${queriesFailed} failed${failed}`;
}

/** The newest known value of each of the 14, in the shape of the older daemons' records; null = absent. */
function recordOf(frame: Frame) {
  return {
    timestamp: isoMilliseconds(frame.newest * frame.stepSeconds),
    server_name: frame.server,
    profile: frame.profile,
    ...Object.fromEntries(METRIC_NAMES.map((metric) => [metric, valueNow(frame, metric)])),
  };
}

function valueNow(frame: Frame, metric: string): number | null {
  const value = bucketValue(frame, frame.metrics.indexOf(metric), frame.newest);
  return Number.isNaN(value) ? null : Number(value.toPrecision(5));
}

/** One line per server: state, history, which metrics are absent, which values lie outside their range. */
function validationOf(frame: Frame): string {
  const { server, state, quality } = frame;
  const absent = METRIC_NAMES.filter((metric) => valueNow(frame, metric) === null);
  const outside = METRIC_NAMES.filter((metric) => {
    const value = valueNow(frame, metric);
    return value !== null && (value < 0 || value > upperBound(metric));
  });
  const parts = [
    `${quality.historyDays.toFixed(1)} d of history`,
    `${Math.round(100 * quality.coverageRatio)} % of the last 24 h`,
    absent.length === 0 ? 'all 14 metrics' : `absent: ${absent.join(', ')}`,
    ...(outside.length === 0 ? [] : [`out of range: ${outside.join(', ')}`]),
  ];
  return `${outside.length === 0 ? 'valid  ' : 'INVALID'} ${server} (${state}): ${parts.join('; ')}`;
}
