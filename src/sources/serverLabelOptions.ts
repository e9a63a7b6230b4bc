/** Which labels of the scraped series are passed through, and which tell a server's profile: keys of a source. */
import { z } from 'zod';
import { FUTURE_LABELS, LABEL_NAME } from '../core/serverLabels.js';

const MAX_LABELS = 10;
/** Those of the series that they are passed on to, and those that Prometheus gives to what it scrapes. */
const TAKEN: readonly string[] = [...FUTURE_LABELS, 'instance', 'job'];

const passedLabel = z
  .string()
  .regex(LABEL_NAME, { error: 'expected the name of a label such as env' })
  .refine((name) => !TAKEN.includes(name), { error: 'is a label that the series have already; expected another' });

/** The keys of a source, as they stand in the file. */
export const serverLabelFields = {
  labels: z.array(passedLabel).max(MAX_LABELS).default([]),
  /** Labels whose value names the profile of a server, the preferred one first. */
  profile_labels: z
    .array(z.string().regex(LABEL_NAME, { error: 'expected the name of a label such as role' }))
    .max(MAX_LABELS)
    .default([]),
  /** PromQL whose series have the labels and that of the server; placeholders as in packs. */
  labels_from: z.string().trim().min(1).default('up{$selector}'),
};
