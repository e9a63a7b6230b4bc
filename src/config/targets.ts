/** The `targets:` block: extra series, each with the keys of the rooms that it passes through. */
import { z } from 'zod';
import { faultOfLimit, targetLimitFields } from '../scoring/options.js';
import { targetQueryFields } from '../sources/options.js';

export const target = z.strictObject({ ...targetQueryFields, ...targetLimitFields });

/** One extra series, out of the configuration or of a pack. */
export type TargetSettings = z.output<typeof target> & {
  /** The pack that it comes from; undefined where the configuration itself has it. */
  readonly pack?: string;
};

/** Finds what single keys cannot tell. */
export function checkTarget(written: z.output<typeof target>, context: z.RefinementCtx): void {
  for (const { key, text } of faultsOfTarget(written)) context.addIssue({ code: 'custom', path: [key], message: text });
}

/** What is wrong with the keys of a target together. */
export function faultsOfTarget(written: TargetSettings): { readonly key: string; readonly text: string }[] {
  const faulty = faultOfLimit(written);
  const hasTwoSubjects = written.server !== undefined && written.server_label !== undefined;
  return [
    ...(faulty === undefined ? [] : [{ key: 'threshold', text: faulty }]),
    ...(hasTwoSubjects ? [{ key: 'server', text: 'stands beside server_label; expected at most one of the two' }] : []),
  ];
}

export const targetsSchema = z
  .array(target.superRefine(checkTarget))
  .superRefine((targets, context) => {
    targets.forEach(({ name }, i) => {
      if (targets.findIndex((other) => other.name === name) < i)
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `is ${name}, which stands above already` });
    });
  })
  .prefault([]);
