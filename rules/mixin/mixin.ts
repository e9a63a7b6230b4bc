/** All rules as one object, in the shape of a monitoring mixin. */
import { configSchema, type MixinConfig } from './config.js';
import { containerRecording } from './containerRecording.js';
import { predictedAlerts } from './predicted.js';
import { presentAlerts } from './present.js';
import { linborgRecording } from './recording.js';
import type { AlertingRule, RecordingRule, RuleGroup } from './rule.js';
import { serviceAlerts } from './serviceAlerts.js';
import { serviceRecording } from './serviceRecording.js';
import { exporterAlerts, trustAlerts } from './trust.js';

export interface Mixin {
  readonly _config: MixinConfig;
  readonly prometheusAlerts: { readonly groups: readonly RuleGroup<AlertingRule>[] };
  readonly prometheusRules: { readonly groups: readonly RuleGroup<RecordingRule>[] };
}

/**
 * The rules for a configuration.
 * @param overrides what differs from the defaults, in the shape of `config.ts`; unknown keys are errors (ZodError)
 */
export function linborgMixin(overrides: unknown = {}): Mixin {
  const config = configSchema.parse(overrides);
  return {
    _config: config,
    prometheusAlerts: {
      groups: [
        predictedAlerts(config),
        presentAlerts(config),
        exporterAlerts(config),
        trustAlerts(config),
        serviceAlerts(config),
      ],
    },
    prometheusRules: { groups: [linborgRecording(config), containerRecording(), serviceRecording(config)] },
  };
}
