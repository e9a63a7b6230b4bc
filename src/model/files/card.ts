/** `CARD.md` of a model folder, rendered from its manifest. */
import { renderIncidentCard } from './incidentCard.js';
import { renderLeftOut } from './leftOutCard.js';
import type { Manifest } from './manifest.js';
import { figure, tableOf } from './markdown.js';

const NETWORK_TEXTS: Readonly<Record<Manifest['hyperparameters']['network'], string>> = {
  tft: 'A Temporal Fusion Transformer (Lim et al. 2021)',
  perceptron:
    "A perceptron with the inputs and the output head of linborg's Temporal Fusion Transformer, a yardstick for it,",
};

/** The model card: what it is, what it saw, how good it was on what it never saw, and its limits. */
export function renderCard(manifest: Manifest): string {
  const {
    name,
    created,
    linborg,
    hyperparameters,
    weights,
    training,
    accuracy,
    incident,
    left_out: leftOut,
  } = manifest;
  const percent = Math.round(training.train_until * 100);
  const ownSets = accuracy.filter(({ trained_on: isTrainedOn }) => isTrainedOn === false).map((set) => set.dataset);
  return `# Model card: ${name}

${NETWORK_TEXTS[hyperparameters.network]} that forecasts one metric of one server: 24 h of 5-minute steps in, with
seven more days as a same-time profile, the next 8 h out as p10, p50 and p90.

- created ${created} by linborg ${linborg}
- ${weights.parameters} parameters, ${describeSize(hyperparameters)}
- SHA-256 of the weights: \`${weights.sha256}\`

## Training

\`\`\`
${training.command}
\`\`\`

${describeWeights(training)} (pinball, in units of the
window's scale). Only the first ${percent} % of each series were seen${describeHeldOut(training)}.
${training.base ? describeBase(training.base) : ''}
${datasetTable(training)}

## Accuracy on what it never saw

The last ${100 - percent} % of each series, up to 30 rolling origins, 8 h ahead. Median MASE over series; scale: in-sample error of the 24 h
seasonal naive. Below 1 is better than that; the other columns are methods that one would use by hand. Ratio: mean over series of
the error over that of the best of them. A data set that was not trained on says what to expect of a fleet that nobody saw.

${accuracyTable(manifest)}
${leftOut ? renderLeftOut(leftOut, percent, ownSets) : ''}${incident ? renderIncidentCard(incident, percent) : ''}
## Limits

- It knows what history shows: a change that nothing announced is not forecast, and after a change of regime the
  7-day profile misleads for days.
- Steady ramps are forecast less well than seasons; a straight line is one of its candidates, not its rule.
- These figures are of the model alone. \`linborg serve\` corrects p10–p90 per series from past errors, and leans on a method by
  hand where that forecasts a series better: \`linborg backtest\` measures what is served.
`;
}

function describeSize(hyperparameters: Manifest['hyperparameters']): string {
  const { hidden, notch } = hyperparameters;
  const heads = hyperparameters.network === 'tft' ? `, ${hyperparameters.heads} attention heads` : '';
  return `hidden ${hidden}${heads}${notch === undefined ? '' : `, notch filter over ${notch} tokens`}`;
}

/** Where the weights come from. */
function describeBase({ name, sha256, validation_loss, outcome }: NonNullable<Manifest['training']['base']>): string {
  const result =
    outcome === 'gain'
      ? 'Fine-tuned from'
      : 'Fine-tuning gained nothing that validation could show, so that the weights are those of';
  return `
${result} ${name} (SHA-256 \`${sha256}\`), whose validation loss here is ${figure(validation_loss)}.
`;
}

/** How the weights were found, up to their validation loss. */
function describeWeights({ average, seed, steps, validation_loss }: Manifest['training']): string {
  if (!average) return `Seed ${seed}; ${steps} steps to the best validation loss, ${figure(validation_loss)}`;
  const parts = average.map(({ name, share, sha256 }) => `${share} of ${name} (SHA-256 \`${sha256}\`)`);
  return `The weights are a mean: ${parts.join(', ')}.
Seed ${seed}; validation loss ${figure(validation_loss)}`;
}

/** Which servers were kept from the weights. Fine-tuning learns from all: they are the ones to forecast. */
function describeHeldOut({ base, average }: Manifest['training']): string {
  if (base) return '';
  return average
    ? '; a tenth of the servers validates the mean, though a part that was fine-tuned learnt from all servers'
    : '; a tenth of the servers served validation only';
}

function datasetTable({ datasets }: Manifest['training']): string {
  const rows = datasets.map(({ name, servers, series, from, to }) => [name, String(servers), String(series), from, to]);
  return tableOf(['data set', 'servers', 'series', 'from', 'to'], rows);
}

/** A row for each data set: the model, its base, and the methods that one would use by hand. */
function accuracyTable({ accuracy, training: { base } }: Manifest): string {
  const methods = [...new Set(accuracy.flatMap(({ baselines }) => Object.keys(baselines)))];
  const baseMase = (dataset: string) => base?.accuracy.find((entry) => entry.dataset === dataset)?.mase;
  const header = [
    ...['data set', 'trained on', 'series', 'this model'],
    ...(base ? [`base (${base.name})`] : []),
    ...methods,
    ...['ratio', 'WQL', 'coverage p10–p90'],
  ];
  const rows = accuracy.map((entry) => [
    entry.dataset,
    entry.trained_on === undefined ? '–' : entry.trained_on ? 'yes' : 'no',
    String(entry.series),
    `**${figure(entry.mase)}**`,
    ...(base ? [figure(baseMase(entry.dataset))] : []),
    ...methods.map((method) => figure(entry.baselines[method])),
    figure(entry.ratio),
    figure(entry.wql),
    figure(entry.coverage),
  ]);
  return tableOf(header, rows);
}
