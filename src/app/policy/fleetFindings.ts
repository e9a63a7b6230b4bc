/** What the fleet as a whole gives rules to act on: anomalies, and servers that are part of a cascade. */
import type { Finding } from '../../core/action.js';
import type { CategoryState } from '../../core/category.js';
import type { Cascade } from '../../core/fleet.js';
import { OWN_SUBJECT } from '../../core/ownFigures.js';
import type { ServerView } from '../../exposition/cycleView.js';

/** As much as rules need of what a cycle tells of the fleet. */
export interface WatchedFleet {
  readonly cascade: Cascade | undefined;
  /** By server: how far metrics are outside what was forecast, in half-widths of p10–p90; 1 = the edge. */
  readonly anomalies: ReadonlyMap<string, readonly { readonly metric: string; readonly score: number }[]>;
  readonly categories: readonly CategoryState[];
}

/** The edge is left by one sample in five; what something shall be done about lies twice as far out. */
const ACTIONABLE_ANOMALY = 2;

/** What is there now has the probability 1; membership of a cascade is as sure as the cascade's score. */
export function fleetFindings(servers: readonly ServerView[], fleet: WatchedFleet, at: number): Finding[] {
  const { cascade, anomalies, categories } = fleet;
  return servers.flatMap(({ frame: { server, profile }, risk }) => {
    const about = { server, profile, score: risk?.score ?? 0, horizonSeconds: 0, at };
    // One odd figure of linborg is nobody's business; its category says when several are.
    const own = server === OWN_SUBJECT ? [] : (anomalies.get(server) ?? []);
    const far = own.filter(({ score }) => score >= ACTIONABLE_ANOMALY);
    const place = cascade?.members.findIndex((member) => member.server === server) ?? -1;
    return [
      ...far.map(({ metric, score }): Finding => {
        const reason = `${metric} is ${score.toFixed(1)} half-widths of p10-p90 away from what was forecast for now`;
        return { ...about, kind: 'anomaly', metric, probability: 1, reason };
      }),
      ...(cascade === undefined || place < 0
        ? []
        : [{ ...about, kind: 'cascade' as const, ...membership(cascade, place) }]),
      ...categories.flatMap((state) => carried(state, server).map((part) => ({ ...about, ...part }))),
    ];
  });
}

function membership({ score, origin, members }: Cascade, place: number): Pick<Finding, 'probability' | 'reason'> {
  const reason = `number ${place + 1} of ${members.length} servers that came under stress one after the other, ${origin.server} first`;
  return { probability: score, reason };
}

/** What is outlying of a server in a category that is anomalous: as sure as the category is. */
function carried(
  { category, severity, confidence, series }: CategoryState,
  server: string,
): Pick<Finding, 'kind' | 'metric' | 'probability' | 'reason'>[] {
  if (severity === undefined) return [];
  const own = series.filter((one) => one.server === server);
  return own.map(({ metric, direction, outside, judged }) => {
    const reason = `an anomaly of ${category}, ${severity}: ${metric} was ${direction} what was forecast in ${outside} of ${judged} buckets of the last hour`;
    return { kind: 'category_anomaly', metric, probability: confidence, reason };
  });
}
