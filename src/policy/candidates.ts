/** The findings that a rule is about: one per server, the strongest, in a fixed order. */
import { FINDING_KINDS, type Finding } from '../core/action.js';
import { compareTexts } from '../core/compareTexts.js';
import { groupBy } from '../core/groupBy.js';
import type { PolicyRule } from './options.js';

/**
 * The finding of each server that the rule would act on, the worst server first: by score, then by probability, then by
 * name. Of a server's findings, those that the rule trusts come first, then the likeliest, then the nearest.
 */
export function candidatesOf(rule: PolicyRule, findings: readonly Finding[]): Finding[] {
  const wanted = findings.filter((finding) => isAbout(rule, finding));
  const strongest = [...groupBy(wanted, ({ server }) => server).values()].map(
    (group) => group.toSorted((a, b) => compareWithin(rule, a, b))[0]!,
  );
  return strongest.sort(
    (a, b) => b.score - a.score || b.probability - a.probability || compareTexts(a.server, b.server),
  );
}

/** Tells whether a finding is sure and grave enough for the rule. */
export function isTrusted(rule: PolicyRule, { probability, score }: Finding): boolean {
  return probability >= rule.minProbability && score >= rule.minScore;
}

function isAbout(rule: PolicyRule, finding: Finding): boolean {
  const { server, profile, kind, metric, horizonSeconds, probability, score } = finding;
  return (
    rule.findings.includes(kind) &&
    (rule.metrics.length === 0 || (metric !== undefined && rule.metrics.includes(metric))) &&
    (rule.profiles.length === 0 || rule.profiles.includes(profile)) &&
    (rule.servers?.test(server) ?? true) &&
    horizonSeconds <= rule.withinSeconds &&
    // A number that could not be computed is no ground to act.
    Number.isFinite(probability) &&
    Number.isFinite(score)
  );
}

/** A total order, so that the order in which findings come changes nothing. */
function compareWithin(rule: PolicyRule, a: Finding, b: Finding): number {
  return (
    Number(isTrusted(rule, b)) - Number(isTrusted(rule, a)) ||
    b.probability - a.probability ||
    a.horizonSeconds - b.horizonSeconds ||
    b.score - a.score ||
    FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind) ||
    compareTexts(a.metric ?? '', b.metric ?? '') ||
    compareTexts(a.reason, b.reason) ||
    compareTexts(a.profile, b.profile) ||
    b.at - a.at
  );
}
