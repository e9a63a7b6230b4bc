/** Incidents of all data sets: collected while traces are replayed, scored at the end. */
import type { ExcludedSpan } from '../../../model/training/excludedSpans.js';
import type { DatasetIncidents, IncidentReport } from '../report/incidentData.js';
import type { StopOutcome } from '../round.js';
import type { RuleComparer } from '../rules/compareRules.js';
import type { ServerTrace } from '../serverTrace.js';
import { QUIET_BINS } from './breachRuns.js';
import type { Label } from './labels.js';
import { leaveOut, spansOf } from './leftOut.js';
import { FALSE_ALARMS_PER_SERVER_WEEK } from './limitChoice.js';
import { ObservedServer } from './observed.js';
import { onsetRows } from './onsetRows.js';
import { watchLabels, watchServer } from './serverWatch.js';
import { FIRST_RAW_STREAM, SERVER_STREAMS, STREAMS } from './streams.js';
import { reliabilityOf, type Subject, scoreSubject } from './subjectScores.js';
import { type ThresholdWatch, watchThreshold } from './thresholdWatch.js';
import { CLAIM_SECONDS, type Watch } from './watch.js';

/** Labels by server; undefined for a data set that has none. */
export type ServerLabels = ReadonlyMap<string, readonly Label[]> | undefined;

const ANY_THRESHOLD = 'any threshold';
const LABELS = 'labels.csv';

/** What one data set has been watched for. */
class DatasetWatches {
  readonly name: string;
  readonly labels: ServerLabels;
  readonly byThreshold = new Map<string, Watch[]>();
  readonly byServer: Watch[] = [];
  readonly labelled: Watch[] = [];

  readonly #excluded: readonly ExcludedSpan[];

  constructor(name: string, labels: ServerLabels, excluded: readonly ExcludedSpan[]) {
    this.name = name;
    this.labels = labels;
    this.#excluded = excluded;
  }

  /** Takes in a server that is through. */
  add(trace: ServerTrace, observed: ObservedServer): void {
    const { server, stepSeconds } = trace;
    const spans = spansOf(server, this.#excluded);
    const watches: ThresholdWatch[] = [];
    for (const [metric, threshold] of observed.thresholds) {
      const watch = leaveOut(watchThreshold(trace, metric, observed.bins, threshold), spans, stepSeconds);
      watches.push(watch);
      this.byThreshold.set(metric, [...(this.byThreshold.get(metric) ?? []), watch]);
    }
    if (watches.length === 0) return;
    this.byServer.push(watchServer(watches, observed));
    if (this.labels === undefined) return;
    const labelled = watchLabels(watches, observed, this.labels.get(server) ?? [], stepSeconds);
    this.labelled.push(leaveOut(labelled, spans, stepSeconds));
  }

  subjects(): Subject[] {
    const thresholds = [...this.byThreshold].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...thresholds.map(([name, watches]): Subject => ({ kind: 'threshold', name, streams: STREAMS, watches })),
      { kind: 'server', name: ANY_THRESHOLD, streams: SERVER_STREAMS, watches: this.byServer },
      ...(this.labels === undefined
        ? []
        : [{ kind: 'labels', name: LABELS, streams: SERVER_STREAMS, watches: this.labelled } satisfies Subject]),
    ];
  }
}

type ReportHooks = Parameters<RuleComparer['compare']>[3];

export class IncidentScores {
  readonly #datasets: ReadonlyMap<string, DatasetWatches>;
  /** Servers under way. */
  readonly #observed = new Map<ServerTrace, ObservedServer>();

  readonly #comparer: RuleComparer | undefined;

  /**
   * @param labels    by data set, in the order of the report
   * @param excluded  spans that prove nothing
   * @param comparer  compares a user's alerts, where they are given
   */
  constructor(
    labels: ReadonlyMap<string, ServerLabels>,
    excluded: readonly ExcludedSpan[],
    comparer: RuleComparer | undefined,
  ) {
    this.#comparer = comparer;
    this.#datasets = new Map([...labels].map(([name, own]) => [name, new DatasetWatches(name, own, excluded)]));
  }

  add(outcome: StopOutcome): void {
    if (!outcome.stop.isRisk) return;
    const observed = this.#observed.get(outcome.trace) ?? new ObservedServer();
    this.#observed.set(outcome.trace, observed);
    observed.add(outcome);
  }

  /** Takes a server in whose trace is at its end. */
  async finish(trace: ServerTrace): Promise<void> {
    await this.#comparer?.add(trace);
    const observed = this.#observed.get(trace);
    if (observed !== undefined) this.#datasets.get(trace.dataset)!.add(trace, observed);
    this.#observed.delete(trace);
  }

  /** Figures and rows of incidents.csv, data set by data set. Throws CommandError for an alert that cannot be replayed. */
  async report(
    stepSeconds: number,
    hooks: ReportHooks,
  ): Promise<{ readonly report: IncidentReport; readonly rows: string }> {
    let rows = '';
    const datasets: DatasetIncidents[] = [];
    for (const dataset of this.#datasets.values()) {
      const subjects = dataset.subjects();
      const scored = subjects.map(scoreSubject);
      rows += subjects.map((subject, i) => onsetRows(dataset.name, subject, scored[i]!)).join('');
      const rules = await this.#comparer?.compare(dataset.name, subjects.at(-1)!, scored.at(-1)!, hooks);
      datasets.push({
        name: dataset.name,
        subjects: scored,
        reliability: reliabilityOf(ofThresholds(subjects)),
        rawReliability: reliabilityOf(ofThresholds(subjects), FIRST_RAW_STREAM),
        ...(rules && { rules }),
      });
    }
    return {
      report: {
        falseAlarmsPerServerWeek: FALSE_ALARMS_PER_SERVER_WEEK,
        claimSeconds: CLAIM_SECONDS,
        quietSeconds: QUIET_BINS * stepSeconds,
        datasets,
      },
      rows,
    };
  }

  /** Removes what was written for the comparison. */
  async close(): Promise<void> {
    await this.#comparer?.close();
  }
}

/** The watches of all thresholds together. */
function ofThresholds(subjects: readonly Subject[]): Watch[] {
  return subjects.flatMap(({ kind, watches }) => (kind === 'threshold' ? watches : []));
}
