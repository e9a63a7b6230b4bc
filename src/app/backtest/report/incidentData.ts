/** What report.json says of incidents. All spans are seconds; null = nothing could be measured. */

export interface IncidentReport {
  readonly falseAlarmsPerServerWeek: number;
  readonly claimSeconds: number;
  readonly quietSeconds: number;
  readonly datasets: readonly DatasetIncidents[];
}

export interface DatasetIncidents {
  readonly name: string;
  /** One per threshold with a series, then any threshold of a server, then labels where the data set has them. */
  readonly subjects: readonly IncidentSubject[];
  /** The probabilities of all thresholds together. */
  readonly reliability: readonly ReliabilityReport[];
  /** The same before they were recalibrated. */
  readonly rawReliability: readonly ReliabilityReport[];
  /** The rules of --compare-rules beside ours. */
  readonly rules?: RuleComparison;
}

/** `threshold`: natural breaches of one; `server`: of any threshold of a server; `labels`: what was written down. */
export type SubjectKind = 'threshold' | 'server' | 'labels';

export interface IncidentSubject {
  readonly kind: SubjectKind;
  /** A metric, `any threshold` or `labels.csv`. */
  readonly name: string;
  readonly servers: number;
  /** Moments at which an alarm could have begun, in weeks, over all servers. */
  readonly serverWeeks: number;
  /** Incidents that could have been warned of. */
  readonly onsets: number;
  /** Other incidents: in progress at the start, begun while another one was in progress, or labels without a breach. */
  readonly otherIncidents: number;
  readonly traps: number;
  readonly alarms: readonly AlarmScore[];
  readonly rankings: readonly HorizonRanking[];
  readonly reliability: readonly ReliabilityReport[];
  /** Before recalibration; of thresholds. */
  readonly rawReliability?: readonly ReliabilityReport[];
  /** By kind of incident; empty for natural breaches of one threshold. */
  readonly kinds: readonly KindScore[];
}

/** The alarms of one method. */
export interface AlarmScore {
  readonly method: string;
  readonly title: string;
  /** The limit chosen on the very span that it is judged on. */
  readonly hindsight: OperatingPoint;
  /** The limit chosen on the first half of the span, judged on the second. */
  readonly ahead: OperatingPoint;
  /** Lead times of the onsets warned of, with the limit of hindsight, ascending. */
  readonly leadSeconds: readonly number[];
}

export interface OperatingPoint {
  /** null = it never alarms. */
  readonly limit: number | null;
  readonly alarms: number;
  readonly falseAlarms: number;
  readonly falseAlarmsPerServerWeek: number | null;
  readonly precision: number | null;
  readonly onsets: number;
  readonly recall: number | null;
  readonly medianLeadSeconds: number | null;
  readonly trapsFallenFor: number;
}

export interface HorizonRanking {
  readonly horizon: string;
  /** Moments not in progress of which the outcome is known. */
  readonly cases: number;
  /** Those after which an onset came within the horizon. */
  readonly positives: number;
  /** Servers that have both. */
  readonly servers: number;
  readonly methods: readonly MethodRanking[];
}

export interface MethodRanking {
  readonly method: string;
  readonly title: string;
  readonly auroc: number | null;
  /** Mean over the servers that have both outcomes. */
  readonly aurocWithinServers: number | null;
  readonly averagePrecision: number | null;
}

export interface ReliabilityReport {
  readonly horizon: string;
  readonly cases: number;
  /** Share of the cases in which it came. */
  readonly rate: number | null;
  /** Mean squared difference of probability and outcome. */
  readonly brier: number | null;
  /** The same for who always says the rate. */
  readonly brierOfRate: number | null;
  /** Tenths that hold a case. */
  readonly bins: readonly ReliabilityBin[];
}

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
  /** Mean probability. */
  readonly predicted: number;
  readonly observed: number;
  /** 95 % Wilson interval of `observed`, as if the cases were independent. */
  readonly low: number;
  readonly high: number;
}

/** Onsets of one kind, and how many each method of `alarms` warned of with the limit of hindsight. */
export interface KindScore {
  readonly kind: string;
  readonly onsets: number;
  readonly otherIncidents: number;
  readonly warned: readonly {
    readonly method: string;
    readonly onsets: number;
    readonly medianLeadSeconds: number | null;
  }[];
}

export interface RuleComparison {
  readonly file: string;
  /** `any threshold` or `labels.csv`: what alerts are judged by. */
  readonly against: string;
  /** Recording rules of the file, which are not replayed. */
  readonly recordingRules: number;
  /** Every alert, then all of them together, then ours. */
  readonly alerts: readonly RuleScore[];
}

export interface RuleScore {
  /** The alert's name; null for a row that is none. */
  readonly alert: string | null;
  readonly group: string | null;
  readonly title: string;
  readonly alerts: number;
  readonly alertsPerWeek: number;
  readonly alertsPerServerWeek: number;
  /** An onset followed within 8 h. */
  readonly early: number;
  /** It began while an incident was in progress. */
  readonly during: number;
  readonly falseAlerts: number;
  /** On servers that the history does not know, or without the label that names one. */
  readonly unassigned: number;
  readonly precision: number | null;
  readonly onsets: number;
  /** Share of the onsets that it came before. */
  readonly recallBefore: number | null;
  /** Share of the onsets that it came before or during. */
  readonly recall: number | null;
  /** Over the onsets with an alert, negative = after the onset. */
  readonly medianLeadSeconds: number | null;
}
