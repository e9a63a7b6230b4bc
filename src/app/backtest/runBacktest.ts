/** A whole backtest: replay, score, write. */
import { CommandError } from '../../core/errors.js';
import { HORIZON_STEPS } from '../../core/flow.js';
import { seededRandom } from '../../core/random.js';
import type { ExcludedSpan } from '../../model/training/excludedSpans.js';
import { STEP_SECONDS } from '../../sources/grid.js';
import { readExclusions } from '../exclusions.js';
import { packageVersion } from '../package.js';
import type { Progress } from '../progress.js';
import type { BacktestOptions } from './backtestOptions.js';
import { IncidentScores } from './incidents/incidentScores.js';
import { readLabels } from './incidents/labels.js';
import { withLimits } from './incidents/limitOverrides.js';
import { INCIDENTS_HEADER } from './incidents/onsetRows.js';
import { OutputFolder } from './outputFolder.js';
import { Recorder } from './recorder.js';
import { replayTraces } from './replayTraces.js';
import type { IncidentReport } from './report/incidentData.js';
import { renderReport } from './report/renderReport.js';
import { type BacktestReport, type BacktestSettings, REPORT_KIND } from './report/reportData.js';
import { RuleComparer } from './rules/compareRules.js';
import { HORIZON_BINS } from './scores/horizonBins.js';
import { methodsOf } from './scores/methods.js';
import { COVERAGE_BAND, MASE_FLOOR, PINBALL_FLOOR } from './scores/ratios.js';
import { openTraces, type Replayable, startWorkers, type Workers } from './surroundings.js';
import { Tally } from './tally.js';
import { createTruthCritic } from './truthCritic.js';

export interface BacktestHooks {
  readonly progress: Progress;
  /** Stops the run; nothing is written then. */
  readonly signal: AbortSignal;
  /** The command as it was typed. */
  readonly commandText: string;
}

const BOOTSTRAP_DRAWS = 1000;
const BOOTSTRAP_SEED = 1;

interface Work {
  readonly forecasts: number;
  readonly failedForecasts: number;
  readonly seconds: number;
}

/**
 * Runs a backtest and writes its folder.
 * @throws CommandError, ModelError or SourceError if it cannot; the folder is then as it was
 */
export async function runBacktest(options: BacktestOptions, hooks: BacktestHooks): Promise<BacktestReport> {
  const { progress, signal } = hooks;
  const folder = await OutputFolder.open(options.out);
  const opened = await openTraces(options, progress);
  const planned = options.excludeFile === undefined ? [] : await readExclusions(options.excludeFile);
  sayExcluded(planned, opened.actedUpon, progress);
  const thresholds = withLimits(opened.thresholds, options.limits);
  const replayable = { ...opened, thresholds, planned, schedule: options.schedule };
  const incidents = options.incidents ? await openIncidents(options, replayable) : undefined;
  const onDeath = (reason: string) => progress.done(`a forecasting worker died and is being replaced: ${reason}`);
  const workers = await startWorkers({ ...options, signal, onDeath }).catch(async (error: unknown) => {
    await incidents?.close();
    throw error;
  });
  const interrupt = () => void closeAll(workers);
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const report = await replayAndScore({ options, replayable, incidents, workers, folder }, hooks);
    await folder.create('report.json').write(`${JSON.stringify(report)}\n`);
    await folder.create('report.html').write(renderReport(report));
    await folder.commit();
    return report;
  } catch (error) {
    await folder.discard();
    throw signal.aborted ? new CommandError('stopped before the end; nothing was written', { cause: error }) : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await Promise.all([closeAll(workers), incidents?.close()]);
  }
}

/** What a backtest has opened. */
interface Opened {
  readonly options: BacktestOptions;
  readonly replayable: Replay;
  readonly incidents: IncidentScores | undefined;
  readonly workers: { readonly model: Workers; readonly yardstick: Workers | undefined };
  readonly folder: OutputFolder;
}

async function replayAndScore(opened: Opened, hooks: BacktestHooks): Promise<BacktestReport> {
  const { options, replayable, incidents, workers, folder } = opened;
  const { schedule, baselines, risk } = options;
  const methods = methodsOf(workers.model.report.manifest.name, workers.yardstick?.report.manifest.name);
  const { datasets } = replayable.source;
  const recorder = await Recorder.open({ datasets, methods, schedule, baselines, risk, incidents }, folder);
  const work = await replayAll(recorder, replayable, workers, hooks);
  const bootstrap = { draws: BOOTSTRAP_DRAWS, random: () => seededRandom(BOOTSTRAP_SEED) };
  hooks.progress.update('scoring');
  return {
    ...describeRun(options, hooks.commandText, workers),
    work,
    methods,
    horizonBins: HORIZON_BINS,
    datasets: recorder.report(bootstrap),
    ...(incidents && { incidents: await writeIncidents(incidents, folder, hooks) }),
  };
}

/** A replay: when it asks, and the spans that prove nothing beside those after actions. */
interface Replay extends Replayable {
  readonly schedule: BacktestOptions['schedule'];
  /** By `--exclude`. */
  readonly planned: readonly ExcludedSpan[];
}

function sayExcluded(planned: readonly ExcludedSpan[], actedUpon: readonly ExcludedSpan[], progress: Progress): void {
  const count = planned.length + actedUpon.length;
  if (count === 0) return;
  const parts = [`${planned.length} by --exclude`, `${actedUpon.length} after actions in the audit log`];
  progress.done(`no alarm or probability is judged in ${count} spans (${parts.join(', ')})`);
}

/** What incidents are scored by: labels where a folder has them. */
async function openIncidents(
  { folders, configFile, rulesFile }: BacktestOptions,
  { source, planned, actedUpon }: Replay,
): Promise<IncidentScores> {
  const labels = await Promise.all(source.datasets.map((_, i) => folders && readLabels(folders[i]!)));
  const comparer =
    rulesFile === undefined
      ? undefined
      : await RuleComparer.open({
          rulesFile,
          configFile: folders === undefined ? (configFile ?? 'linborg.yml') : undefined,
        });
  return new IncidentScores(
    new Map(source.datasets.map((name, i) => [name, labels[i]])),
    [...planned, ...actedUpon],
    comparer,
  );
}

async function writeIncidents(
  incidents: IncidentScores,
  folder: OutputFolder,
  hooks: BacktestHooks,
): Promise<IncidentReport> {
  const { report, rows } = await incidents.report(STEP_SECONDS, hooks);
  const file = folder.create('incidents.csv');
  await file.write(INCIDENTS_HEADER);
  await file.write(rows);
  return report;
}

async function closeAll({ model, yardstick }: { model: Workers; yardstick: Workers | undefined }): Promise<void> {
  await Promise.all([model.pool.close(), yardstick?.pool.close()]);
}

/** Replays everything into the recorder. */
async function replayAll(
  recorder: Recorder,
  { source, windows, thresholds, truth, planned, actedUpon, schedule }: Replay,
  { model, yardstick }: { model: Workers; yardstick: Workers | undefined },
  { progress, signal }: BacktestHooks,
): Promise<Work> {
  const { name } = model.report.manifest;
  const startedAt = performance.now();
  const tally = new Tally(source.servers, progress);
  const criticSettings = { model: name, options: truth, stepSeconds: windows.stepSeconds, planned, actedUpon };
  const events = replayTraces(source.traces, {
    schedule,
    windows,
    thresholds,
    forecastRows: (job) => model.pool.forecast(job),
    model: name,
    yardstickRows: yardstick && ((job) => yardstick.pool.forecast(job)),
    createCritic: truth.isEnabled ? () => createTruthCritic(criticSettings) : undefined,
  });
  for await (const event of events) {
    signal.throwIfAborted();
    if (event.kind === 'round') for (const outcome of event.outcomes) await recorder.add(outcome);
    if (event.kind === 'finished') await recorder.finish(event.trace);
    tally.add(event, recorder.forecasts);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  progress.done(`${recorder.forecasts} forecasts in ${seconds.toFixed(1)} s`);
  return { forecasts: recorder.forecasts, failedForecasts: tally.failed, seconds };
}

function describeRun(
  options: BacktestOptions,
  command: string,
  { model, yardstick }: { model: Workers; yardstick: Workers | undefined },
): Omit<BacktestReport, 'work' | 'methods' | 'horizonBins' | 'datasets'> {
  const { manifest, engine } = model.report;
  const second = yardstick?.report.manifest;
  return {
    kind: REPORT_KIND,
    created: new Date().toISOString(),
    linborg: packageVersion(),
    command,
    model: {
      name: manifest.name,
      created: manifest.created,
      engine: `${engine.kind} ${engine.version}`,
      sha256: manifest.weights.sha256,
    },
    yardstick: second === undefined ? null : { name: second.name, created: second.created },
    settings: settingsOf(options),
  };
}

function settingsOf({ folders, schedule }: BacktestOptions): BacktestSettings {
  return {
    source: folders === undefined ? 'prometheus' : 'csv',
    origins: schedule.origins,
    last: schedule.last,
    startAt: schedule.startAt ?? null,
    stepSeconds: STEP_SECONDS,
    horizonSteps: HORIZON_STEPS,
    maseFloor: MASE_FLOOR,
    pinballFloor: PINBALL_FLOOR,
    coverageBand: COVERAGE_BAND,
    bootstrapDraws: BOOTSTRAP_DRAWS,
    bootstrapSeed: BOOTSTRAP_SEED,
  };
}
