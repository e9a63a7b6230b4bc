/** Why one server has its risk: reasons and evidence of the cycle, and the cycle run again on changed windows. */
import { ModelError } from '../../core/errors.js';
import type { Counterfactual, ExplainedMetric, Explanation, NamedShare } from '../../core/explanation.js';
import type { Forecast, Frame, Risk, RiskContribution } from '../../core/flow.js';
import { topReasons } from '../../core/topReasons.js';
import type { ServerView } from '../../exposition/cycleView.js';
import type { ScoredServer } from '../../exposition/json/scored.js';
import { CANDIDATES } from '../../model/inputs/contract.js';
import { describeEvidence, describeFocus, largestFirst } from '../../scoring/evidence.js';
import { presentValue } from '../../scoring/present.js';
import type { Thresholds } from '../../scoring/thresholds.js';
import { changeFrame, changesOf, chooseTrial, describeTrial, type Trial } from '../../scoring/whatIf.js';
import { planShares } from '../../truth/plan.js';
import { type CycleForecaster, runCycle } from '../cycle.js';

/** How the cycle that is explained was made; its windows have not changed since. */
export interface ExplainedCycle {
  readonly at: number;
  readonly servers: readonly ServerView[];
  readonly thresholds: Thresholds;
  readonly forecaster: CycleForecaster;
}

/** Points; changes that take away less are not tried together. */
const SMALLEST_RELIEF = 1;

/** Reads the server's window before it returns its promise; the model runs where the cycle's forecaster runs. */
export async function explainServer(view: ScoredServer, cycle: ExplainedCycle): Promise<Explanation> {
  const { frame, risk, forecasts } = view;
  const metrics = topReasons(risk).map((contribution) => explainMetric(contribution, view, cycle));
  const attentionWords = metrics
    .flatMap(({ contribution, evidence }) => (evidence ? [describeFocus(contribution.metric, evidence)] : []))
    .join('; ');
  const counterfactuals = await tryChanges(metrics, { frame, risk, forecasts }, cycle);
  return { risk, metrics, counterfactuals, attentionWords };
}

function explainMetric(
  contribution: RiskContribution,
  { frame, risk, forecasts }: ScoredServer,
  { forecaster }: ExplainedCycle,
): ExplainedMetric {
  const { metric } = contribution;
  const { threshold, direction, breached, probability } = risk.thresholds.find((one) => one.metric === metric)!;
  const current = presentValue(frame, metric);
  const seconds = risk.timeToThreshold.find((one) => one.metric === metric)?.seconds;
  const evidence = forecasts.find((one) => one.metric === metric)?.evidence;
  return {
    ...{ contribution, threshold, direction, breached },
    ...(current !== undefined && { current }),
    ...(probability && { probability }),
    ...(seconds && { seconds }),
    ...(evidence && { evidence: describeEvidence(evidence) }),
    servedBy: evidence ? servedBy(frame, metric, forecaster) : [],
  };
}

/** The model's own median, and the candidates that the ledger leans on. */
function servedBy(frame: Frame, metric: string, { planOf, model }: CycleForecaster): NamedShare[] {
  const plan = planOf?.(frame, metric);
  if (plan === undefined) return [{ name: model, share: 1 }];
  const shares = planShares(plan, CANDIDATES.length + 1);
  const named = [model, ...CANDIDATES].map((name, i) => ({ name, share: shares[i]! }));
  return largestFirst(named.filter(({ share }) => share > 0));
}

/** One change of each metric, the one that is worth telling, and all of them together. */
async function tryChanges(
  metrics: readonly ExplainedMetric[],
  view: ScoredServer,
  cycle: ExplainedCycle,
): Promise<Counterfactual[]> {
  const { frame, risk, forecasts } = view;
  const wanted = metrics.flatMap(({ contribution: { metric }, direction, threshold, current }) => {
    const changes = current === undefined ? [] : changesOf({ metric, direction, threshold, from: current });
    return changes.map((change) => ({ metric, changes: [change] }));
  });
  // The windows are read now: the next pull may change them while the model runs.
  const frames = wanted.map(({ changes }) => changeFrame(frame, changes));
  const tried = await rerun(frames, cycle, (i, metric) =>
    metric === wanted[i]!.metric ? undefined : forecasts.find((forecast) => forecast.metric === metric),
  );
  const trials = wanted.map((one, i) => ({ ...one, ...tried[i]! }));
  const chosen = metrics.flatMap(({ contribution: { metric } }) => {
    const own = trials.filter((trial) => trial.metric === metric);
    return own.length === 0 ? [] : [chooseTrial(risk, own)];
  });
  const helpful = chosen.filter((trial) => risk.score - trial.risk.score >= SMALLEST_RELIEF);
  const together = helpful.length > 1 ? [await tryTogether(helpful, view, cycle)] : [];
  return [...chosen, ...together].map((trial) => describeTrial(risk, trial));
}

interface TriedChange extends Trial {
  readonly metric: string;
  readonly forecasts: readonly Forecast[];
}

/** Every metric is forecast on its own, so the forecasts of the single changes hold for all of them at once. */
async function tryTogether(
  trials: readonly TriedChange[],
  { frame, forecasts }: ScoredServer,
  cycle: ExplainedCycle,
): Promise<Trial> {
  const changes = trials.flatMap((trial) => trial.changes);
  const changed = trials.flatMap((trial) => trial.forecasts.filter(({ metric }) => metric === trial.metric));
  const [together] = await rerun([changeFrame(frame, changes)], cycle, (_, metric) =>
    [...changed, ...forecasts].find((forecast) => forecast.metric === metric),
  );
  return { changes, risk: together!.risk };
}

/** The cycle on other frames of the same server. @param known  forecasts that the changes do not touch */
async function rerun(
  frames: readonly Frame[],
  { at, thresholds, forecaster }: ExplainedCycle,
  known: NonNullable<CycleForecaster['known']>,
): Promise<{ readonly risk: Risk; readonly forecasts: readonly Forecast[] }[]> {
  const { servers, failure } = await runCycle(frames, at, thresholds, {
    ...forecaster,
    wantsDetails: () => false,
    known,
  });
  if (failure !== undefined) throw new ModelError(`a changed window could not be forecast: ${failure}`);
  return servers.map(({ risk, forecasts }) => ({ risk: risk!, forecasts }));
}
