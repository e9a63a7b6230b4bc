/** The `targets:` block: extra series, each with the keys of the rooms that it passes through. */
import { z } from 'zod';
import { faultOfLimit, targetLimitFields } from '../scoring/options.js';
import { targetQueryFields } from '../sources/options.js';

const target = z.strictObject({ ...targetQueryFields, ...targetLimitFields }).superRefine((written, context) => {
  const fault = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  const faulty = faultOfLimit(written);
  if (faulty !== undefined) fault('threshold', faulty);
  if (written.server !== undefined && written.server_label !== undefined)
    fault('server', 'stands beside server_label; expected at most one of the two');
});

export const targetsSchema = z
  .array(target)
  .superRefine((targets, context) => {
    targets.forEach(({ name }, i) => {
      if (targets.findIndex((other) => other.name === name) < i)
        context.addIssue({ code: 'custom', path: [i, 'name'], message: `is ${name}, which stands above already` });
    });
  })
  .prefault([]);

export type TargetSettings = z.output<typeof target>;
