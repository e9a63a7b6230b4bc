/** The truth about a fleet: what happened where and when, so that alarms can be scored. */

import type { Fleet } from './fleet.js';
import { type Episode, rampsOf } from './scenarios/episode.js';
import { type SimulatedServer, stepAt } from './server/simulatedServer.js';
import { ROW, ROW_LENGTH } from './step.js';

export const LABELS_HEADER = 'server,start,end,kind,detail';

/**
 * The text of `labels.csv` for all episodes that overlap from ≤ time < until (epoch seconds); `end` is exclusive.
 * `detail` lists, apart by semicolons: `incident` (false for planned batches), `metric` (the one that shows it best),
 * `peak` (that metric's highest step mean), `outcome`, `role`, and, where metrics rise little by little, `ramps`: which and from
 * when to when (epoch seconds), apart by `+`.
 */
export function labelsCsv(fleet: Fleet, from: number, until: number): string {
  const rows = fleet.servers.flatMap((server) =>
    server.episodesBetween(from, until).map((episode) => labelRow(server, episode)),
  );
  return `${[LABELS_HEADER, ...rows].join('\n')}\n`;
}

function labelRow(server: SimulatedServer, episode: Episode): string {
  const { start, end, kind, isIncident, metric, outcome, role } = episode;
  const peak = peakOf(server, episode).toPrecision(4);
  const detail = `incident=${isIncident};metric=${metric};peak=${Number(peak)};outcome=${outcome};role=${role}`;
  const ramps = rampsOf(episode).map((ramp) => `${ramp.metric}:${ramp.start}-${ramp.end}`);
  const rises = ramps.length === 0 ? '' : `;ramps=${ramps.join('+')}`;
  return `${server.name},${start},${end},${kind},${detail}${rises}`;
}

function peakOf(server: SimulatedServer, { start, end, metric }: Episode): number {
  const row = new Float64Array(ROW_LENGTH);
  let peak = 0;
  for (let step = stepAt(start); step < stepAt(end); step++) {
    if (server.writeStep(step, row)) peak = Math.max(peak, row[ROW[metric]]!);
  }
  return peak;
}
