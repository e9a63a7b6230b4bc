/** Rows of incidents.csv: every onset, with who alarmed when. */
import type { IncidentSubject } from '../report/incidentData.js';
import { csvCell } from '../tables.js';
import { FIRST_RAW_STREAM, SERVER_STREAMS, STREAMS } from './streams.js';
import { type Subject, warnings } from './subjectScores.js';

const METHODS = [...SERVER_STREAMS, ...STREAMS.slice(FIRST_RAW_STREAM)].map(({ id }) => id);
export const INCIDENTS_HEADER = `dataset,server,subject,kind,onset,end,${METHODS.join(',')}\n`;

/** One row per onset; under each method when its alarm began, with the limit of hindsight: empty = it did not. */
export function onsetRows(dataset: string, { name, watches }: Subject, { alarms }: IncidentSubject): string {
  let rows = '';
  for (const watch of watches) {
    const warned = new Map(alarms.map(({ method, hindsight }, i) => [method, warnings(watch, i, hindsight.limit)]));
    watch.incidents.forEach(({ kind, onset, end }, i) => {
      if (onset === undefined) return;
      const cells = METHODS.map((method) => warned.get(method)?.[i] ?? '');
      const names = [dataset, watch.server, name, kind].map(csvCell);
      rows += `${[...names, onset, end, ...cells].join(',')}\n`;
    });
  }
  return rows;
}
