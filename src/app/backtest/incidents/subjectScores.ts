/** All figures of one subject: alarms, ranking, reliability. */
import { RISK_HORIZONS } from '../../../core/flow.js';
import { groupBy } from '../../../core/groupBy.js';
import { type RankedCases, rankCases } from '../../../core/ranking.js';
import { medianOf } from '../../../core/statistics.js';
import type { TimeSpan } from '../../../core/timeSpan.js';
import type {
  AlarmScore,
  HorizonRanking,
  IncidentSubject,
  KindScore,
  MethodRanking,
  OperatingPoint,
  ReliabilityReport,
  SubjectKind,
} from '../report/incidentData.js';
import { judgeAlarms, raiseAlarms, watchedWeeks } from './alarms.js';
import { type AlarmTally, chooseLimit, tallyAlarms } from './limitChoice.js';
import { Reliability } from './reliability.js';
import { FIRST_RAW_STREAM, type Stream, speaksOf } from './streams.js';
import { ALL_TIME, isJudged, UNSEEN, type Watch } from './watch.js';

export interface Subject {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly streams: readonly Stream[];
  readonly watches: readonly Watch[];
}

export function scoreSubject(subject: Subject): IncidentSubject {
  const { kind, name, streams, watches } = subject;
  const incidents = watches.flatMap((watch) => watch.incidents);
  const onsets = incidents.filter(({ onset }) => onset !== undefined).length;
  const alarms = streams.map((stream, i) => alarmScore(stream, i, watches));
  return {
    kind,
    name,
    servers: watches.length,
    serverWeeks: watchedWeeks(watches, ALL_TIME),
    onsets,
    otherIncidents: incidents.length - onsets,
    traps: watches.reduce((sum, { traps }) => sum + traps.length, 0),
    alarms,
    rankings: RISK_HORIZONS.map((_, h) => rankHorizon(subject, h)),
    reliability: reliabilityOf(watches),
    ...(kind === 'threshold' && { rawReliability: reliabilityOf(watches, FIRST_RAW_STREAM) }),
    kinds: kind === 'threshold' ? [] : scoreKinds(watches, alarms),
  };
}

/**
 * Per horizon: the probabilities of every judged moment, with what came.
 * @param firstStream  the first of the streams to be judged, one per horizon; those that were served come first
 */
export function reliabilityOf(watches: readonly Watch[], firstStream = 0): ReliabilityReport[] {
  return RISK_HORIZONS.map(({ name }, horizon) => {
    const figures = new Reliability();
    for (const watch of watches) {
      const scores = watch.scores[firstStream + horizon]!;
      for (const i of judgedMoments(watch, horizon)) figures.add(scores[i]!, watch.outcomes[horizon]![i]!);
    }
    return figures.report(name);
  });
}

function judgedMoments({ states, outcomes }: Watch, horizon: number): number[] {
  const moments: number[] = [];
  states.forEach((state, i) => {
    if (isJudged(state) && outcomes[horizon]![i] !== UNSEEN) moments.push(i);
  });
  return moments;
}

function alarmScore({ id, title }: Stream, stream: number, watches: readonly Watch[]): AlarmScore {
  const [first, second] = halves(watches);
  const point = (chosenOn: TimeSpan, judgedOn: TimeSpan) => {
    const limit = chooseLimit(watches, stream, chosenOn);
    const tally = tallyAlarms(watches, stream, limit, judgedOn);
    return { tally, point: operatingPoint(limit, tally, watchedWeeks(watches, judgedOn)) };
  };
  const { tally, point: hindsight } = point(ALL_TIME, ALL_TIME);
  const leadSeconds = [...tally.leads].sort((a, b) => a - b);
  return { method: id, title, hindsight, ahead: point(first, second).point, leadSeconds };
}

/** Before and from the middle of all moments on. */
function halves(watches: readonly Watch[]): [TimeSpan, TimeSpan] {
  const starts = watches.flatMap(({ times }) => times[0] ?? []);
  const ends = watches.flatMap(({ times }) => times.at(-1) ?? []);
  const middle = starts.length === 0 ? 0 : (Math.min(...starts) + Math.max(...ends)) / 2;
  return [
    { ...ALL_TIME, to: middle },
    { ...ALL_TIME, from: middle },
  ];
}

function operatingPoint(limit: number | undefined, tally: AlarmTally, weeks: number): OperatingPoint {
  const { trueAlarms, falseAlarms, trapsFallenFor, onsets, leads } = tally;
  const alarms = trueAlarms + falseAlarms;
  return {
    limit: limit ?? null,
    alarms,
    falseAlarms,
    falseAlarmsPerServerWeek: weeks === 0 ? null : falseAlarms / weeks,
    precision: alarms === 0 ? null : trueAlarms / alarms,
    onsets,
    recall: onsets === 0 ? null : leads.length / onsets,
    medianLeadSeconds: medianOrNull(leads),
    trapsFallenFor,
  };
}

/** JSON has no NaN: null for the median of nothing. */
export function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : medianOf(values);
}

function rankHorizon({ streams, watches }: Subject, horizon: number): HorizonRanking {
  const { name } = RISK_HORIZONS[horizon]!;
  const moments = watches.map((watch) => judgedMoments(watch, horizon));
  const asked = [...streams.entries()].filter(([, stream]) => speaksOf(stream, name));
  const isPositive = watches.map((watch, w) => moments[w]!.map((i) => watch.outcomes[horizon]![i] === 1));
  const positives = isPositive.flat().filter(Boolean).length;
  const methods = asked.map(([index, { id, title }]): MethodRanking => {
    const cases = watches.map((watch, w) => split(watch.scores[index]!, moments[w]!, isPositive[w]!));
    const pooled = rankCases({
      positives: concatenate(cases.map((own) => own.positives)),
      negatives: concatenate(cases.map((own) => own.negatives)),
    });
    const within = cases.flatMap((own) => rankCases(own)?.auroc ?? []);
    return {
      method: id,
      title,
      auroc: pooled?.auroc ?? null,
      aurocWithinServers: within.length === 0 ? null : within.reduce((sum, one) => sum + one / within.length, 0),
      averagePrecision: pooled?.averagePrecision ?? null,
    };
  });
  const servers = isPositive.filter((own) => own.includes(true) && own.includes(false)).length;
  return { horizon: name, cases: isPositive.flat().length, positives, servers, methods };
}

function split(scores: Float32Array, moments: readonly number[], isPositive: readonly boolean[]): RankedCases {
  const take = (wanted: boolean) =>
    Float32Array.from(
      moments.filter((_, k) => isPositive[k] === wanted),
      (i) => scores[i]!,
    );
  return { positives: take(true), negatives: take(false) };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function scoreKinds(watches: readonly Watch[], alarms: readonly AlarmScore[]): KindScore[] {
  const warnedBy = alarms.map(({ hindsight: { limit } }, stream) =>
    watches.flatMap((watch) => warnings(watch, stream, limit)),
  );
  const incidents = watches.flatMap((watch) => watch.incidents);
  const byKind = groupBy([...incidents.keys()], (i) => incidents[i]!.kind);
  return [...byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, members]) => {
      const scored = members.filter((i) => incidents[i]!.onset !== undefined);
      const warned = alarms.map(({ method }, stream) => {
        const leads = scored.flatMap((i) => {
          const at = warnedBy[stream]![i];
          return at === undefined ? [] : incidents[i]!.onset! - at;
        });
        return { method, onsets: leads.length, medianLeadSeconds: medianOrNull(leads) };
      });
      return { kind, onsets: scored.length, otherIncidents: members.length - scored.length, warned };
    });
}

/** Per incident of the watch: when the first alarm that warned of it began. */
export function warnings(watch: Watch, stream: number, limit: number | null): readonly (number | undefined)[] {
  const alarms = limit === null ? [] : raiseAlarms(watch, stream, limit, ALL_TIME);
  return judgeAlarms(watch, alarms, ALL_TIME).warnedAt;
}
