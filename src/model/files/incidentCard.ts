/** The section of `CARD.md` about the incident head. */
import type { IncidentManifest } from './manifest.js';
import { figure, tableOf } from './markdown.js';

const MINUTES_PER_STEP = 5;

const OUTCOMES: Readonly<Record<IncidentManifest['outcome'], string>> = {
  trained: 'Trained',
  'fine-tuned': "The base's, trained on",
  kept: "The base's as it is: the fleet has too few breaches, or teaches nothing that validation could show. Offered",
};

/** What it is, what it saw, how well it ranks natural breaches, and how true its probabilities are. */
export function renderIncidentCard(incident: IncidentManifest, trainPercent: number): string {
  const horizons = incident.horizon_steps.map(describeHorizon);
  const minutes = incident.sustained_steps * MINUTES_PER_STEP;
  return `
## Incident head

From the forecast and the past breaches of a threshold to the probability that it is breached anew, for at least ${minutes} minutes, within
${horizons.join(', ')}. ${incident.parameters} parameters, SHA-256 \`${incident.sha256}\`.

\`\`\`
${incident.command}
\`\`\`

${OUTCOMES[incident.outcome]} on ${incident.rows} cases with made-up thresholds (seed ${incident.seed}) from the first ${trainPercent} % of each series; log-loss on
${incident.validation_rows} others: ${figure(incident.validation_log_loss)}.

Natural breaches in the last ${100 - trainPercent} %, from moments at which the threshold is not breached. AUROC over all cases; within servers (mean); of the
share of the last week over the threshold, as a yardstick.

${rankingTable(incident, horizons)}

Reliability within ${horizons.at(-2)}: mean probability → share in which it came (cases).

${reliabilityTable(incident, incident.horizon_steps.length - 2)}
`;
}

function rankingTable({ accuracy }: IncidentManifest, horizons: readonly string[]): string {
  const header = [
    'data set',
    'trained on',
    'threshold',
    'servers',
    'cases',
    'within',
    'onsets',
    'AUROC',
    'within servers',
    'past share',
  ];
  const rows = accuracy.flatMap((entry) =>
    horizons.map((horizon, k) => [
      ...[entry.dataset, entry.trained_on ? 'yes' : 'no', `${entry.metric} ${entry.threshold}`],
      ...[String(entry.servers), String(entry.cases), horizon, String(entry.onsets[k])],
      ...[figure(entry.auroc[k]!), figure(entry.auroc_within_servers[k]!), figure(entry.auroc_past_share[k]!)],
    ]),
  );
  return tableOf(header, rows);
}

function reliabilityTable({ accuracy }: IncidentManifest, horizon: number): string {
  const rows = accuracy.map(({ dataset, metric, threshold, reliability }) => {
    const bins = reliability[horizon]!.map(
      ({ predicted, observed, cases }) => `${predicted.toFixed(2)} → ${observed.toFixed(2)} (${cases})`,
    );
    return [dataset, `${metric} ${threshold}`, bins.join(', ')];
  });
  return tableOf(['data set', 'threshold', 'tenths of 0–1 that hold a case'], rows);
}

/** `30 min` or `4 h`. @param steps  of five minutes */
export function describeHorizon(steps: number): string {
  const minutes = steps * MINUTES_PER_STEP;
  return minutes < 60 ? `${minutes} min` : `${minutes / 60} h`;
}
