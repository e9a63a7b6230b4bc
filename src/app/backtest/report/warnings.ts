/** What of the alarms is told first. */
import { describeAmount, describeFixed, describeShare, isMeasured } from './figures.js';
import type {
  AlarmScore,
  DatasetIncidents,
  IncidentReport,
  IncidentSubject,
  OperatingPoint,
  SubjectKind,
} from './incidentData.js';
import { describeLead } from './incidentTable.js';

/** Whole servers are what people are paged for. */
const ORDER: readonly SubjectKind[] = ['server', 'labels', 'threshold'];

/** Those with an onset: whole servers, then what was written down, then thresholds, those with the most onsets first. */
export function warnedSubjects({ subjects }: DatasetIncidents): IncidentSubject[] {
  const judged = subjects.filter(({ onsets }) => onsets > 0);
  return judged.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.onsets - a.onsets);
}

/** The alarms of the probability with the longest horizon. */
export function farthestServed({ alarms }: IncidentSubject): AlarmScore | undefined {
  return alarms.filter(({ method }) => method.startsWith('served_')).at(-1);
}

/** A sentence for each data set whose servers had an onset. */
export function describeAlarms({ datasets }: IncidentReport): string[] {
  return datasets.flatMap((dataset) => {
    const servers = warnedSubjects(dataset).find(({ kind }) => kind === 'server');
    const alarm = servers && farthestServed(servers);
    return alarm === undefined ? [] : [describeAlarm(dataset.name, servers!, alarm)];
  });
}

function describeAlarm(dataset: string, { onsets, alarms }: IncidentSubject, alarm: AlarmScore): string {
  const { hindsight, ahead, leadSeconds, title } = alarm;
  const today = alarms.find(({ method }) => method === 'current_value')?.hindsight;
  const warned = `${leadSeconds.length} of ${describeAmount(onsets, 'onset')} of any threshold`;
  const lead = leadSeconds.length > 0 && `, half of them ${describeLead(hindsight.medianLeadSeconds)} before or more`;
  const sentences = [
    `Alarms on ${dataset}: ${title} warned of ${warned}${lead || ''}, at ${describeFalseAlarms(hindsight)}.`,
    isMeasured(today?.recall) && `An alarm on the current value: of ${describeShare(today.recall, 0)}.`,
    isMeasured(ahead.recall) &&
      `With the limit chosen ahead it warned of ${describeShare(ahead.recall, 0)}, at ${describeFalseAlarms(ahead)}.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

function describeFalseAlarms({ falseAlarmsPerServerWeek }: OperatingPoint): string {
  return `${describeFixed(falseAlarmsPerServerWeek, 2)} false alarms per server-week`;
}
