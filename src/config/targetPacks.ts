/** `target_packs:`: ready-made extra targets, what the configuration writes over them, and the files that they come from. */
import { z } from 'zod';
import { targetLimitFields } from '../scoring/options.js';
import { matchers, targetQueryFields } from '../sources/options.js';
import { decodeYaml, type YamlFile } from './decode.js';
import { checkTarget, target } from './targets.js';

/** A default of the pack file must not come back with what is left out here. */
const overrides = z.strictObject({
  query: targetQueryFields.query.optional(),
  server_label: targetQueryFields.server_label,
  server: targetQueryFields.server,
  max_series: targetQueryFields.max_series.unwrap().optional(),
  threshold: targetLimitFields.threshold,
  direction: targetLimitFields.direction.unwrap().optional(),
  severity: targetLimitFields.severity.unwrap().optional(),
  category: targetLimitFields.category,
});

const wantedTargetPack = z.strictObject({
  /** A name in rules/targets or a path. */
  pack: z.string().min(1),
  /** Label matchers instead of the pack's own. */
  selector: matchers.optional(),
  /** Targets of the pack that are not wanted. */
  without: z.array(z.string()).default([]),
  /** Keys of single targets, by name. */
  targets: z.record(z.string(), overrides).default({}),
});

export const targetPacksSchema = z.array(wantedTargetPack).prefault([]);

export type WantedTargetPack = z.output<typeof wantedTargetPack>;

const targetPackFile = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  /** Label matchers that `$selector` stands for. */
  selector: matchers.default(''),
  targets: z.array(target.superRefine(checkTarget)).min(1),
});

export type TargetPack = z.output<typeof targetPackFile>;

/** The targets that a file brings. Throws ConfigError with file, line and column of every fault. */
export function parseTargetPack(file: YamlFile): TargetPack {
  return decodeYaml(targetPackFile, file, {}).value;
}
