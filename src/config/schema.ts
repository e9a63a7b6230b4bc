/** The whole file: the keys of every room, put together. */
import { z } from 'zod';
import {
  type FutureConfig,
  futureFields,
  type RetrainOptions,
  retrainFields,
  retrainOptionsOf,
} from '../app/options.js';
import { timerSeconds } from '../core/options.js';
import { type ExportOptions, exportOptionsSchema } from '../exposition/options.js';
import { type ModelOptions, modelFields, modelOptionsOf } from '../model/options.js';
import { type PolicyOptions, policyFields, policyOptionsOf } from '../policy/options.js';
import { thresholdsSchema, withTargets } from '../scoring/options.js';
import {
  type HistoricalOptions,
  historicalFields,
  type PushOptions,
  pushFields,
  type SourceOptions,
  sourceOptions,
} from '../sources/options.js';
import { type TruthOptions, truthFields, truthOptionsOf } from '../truth/options.js';
import { type WebOptions, webOptionsSchema } from '../web/options.js';
import {
  checkWindowFields,
  type MaintenanceWindow,
  maintenanceFields,
  type WindowOptions,
  windowFields,
  windowOptionsOf,
} from '../windows/options.js';
import { targetPacksSchema, type WantedTargetPack } from './targetPacks.js';
import { type TargetSettings, targetsSchema } from './targets.js';

/** What `linborg.yml` says, checked, in base units, with every default filled in. */
export interface Settings {
  /** May be empty where records are pushed. */
  readonly sources: readonly SourceOptions[];
  readonly push: PushOptions;
  /** Extra series, asked of every source. */
  readonly targets: readonly TargetSettings[];
  /** Packs whose targets come to these when their files have been read. */
  readonly targetPacks: readonly WantedTargetPack[];
  readonly windows: WindowOptions;
  readonly maintenance: readonly MaintenanceWindow[];
  /** How often the risk is computed. */
  readonly cycleSeconds: number;
  readonly thresholds: z.output<typeof thresholdsSchema>;
  readonly export: ExportOptions;
  readonly future: FutureConfig;
  readonly historical: HistoricalOptions;
  readonly web: WebOptions;
  readonly model: ModelOptions;
  readonly retrain: RetrainOptions;
  readonly truth: TruthOptions;
  readonly policy: PolicyOptions;
}

export const settingsSchema = z
  .strictObject({
    sources: z.array(sourceOptions).prefault([]),
    ...pushFields,
    targets: targetsSchema,
    target_packs: targetPacksSchema,
    cycle: timerSeconds.prefault('1m'),
    ...windowFields,
    ...maintenanceFields,
    thresholds: thresholdsSchema,
    export: exportOptionsSchema,
    ...futureFields,
    ...historicalFields,
    web: webOptionsSchema,
    ...modelFields,
    ...retrainFields,
    ...truthFields,
    ...policyFields,
  })
  .superRefine(checkWindowFields)
  .superRefine(checkProfileLabels)
  .refine(({ sources, push }) => sources.length > 0 || push.isEnabled, {
    error: 'expected at least one entry with a prometheus, or push.enabled: true for records that clients push',
    path: ['sources'],
  })
  .refine(({ retrain, truth }) => retrain.when === 'never' || truth.enabled, {
    error:
      'expected never while truth.enabled is false, which leaves a trained model without evidence that it is better',
    path: ['retrain', 'when'],
  })
  .transform(
    (file): Settings => ({
      sources: file.sources,
      push: file.push,
      targets: file.targets,
      targetPacks: file.target_packs,
      windows: windowOptionsOf(file),
      maintenance: file.maintenance,
      cycleSeconds: file.cycle,
      thresholds: withTargets(file.thresholds, file.targets),
      export: file.export,
      future: file.future,
      historical: file.historical,
      web: file.web,
      model: modelOptionsOf(file),
      retrain: retrainOptionsOf(file),
      truth: truthOptionsOf(file),
      policy: policyOptionsOf(file),
    }),
  );

/** A rule about a label that nobody asks for would never apply. */
function checkProfileLabels(
  { profiles, sources }: { readonly profiles: WindowOptions['profiles']; readonly sources: readonly SourceOptions[] },
  context: z.RefinementCtx,
): void {
  const asked = new Set(sources.flatMap(({ prometheus }) => [...prometheus.labels, ...prometheus.profile_labels]));
  profiles.forEach(({ label }, i) => {
    if (label === undefined || asked.has(label)) return;
    const message = `is ${label}, which no source asks for; put it into profile_labels of a source`;
    context.addIssue({ code: 'custom', path: ['profiles', i, 'label'], message });
  });
}
