/** One pack file: YAML text → what it says, checked. */
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { PackError } from '../core/errors.js';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import { LABEL_NAME } from '../core/serverLabels.js';
import { type Alternatives, type Mappings, mappingsSchema, overlay } from './alternative.js';
import { lineOfPath } from './lines.js';

export interface PackFile {
  readonly name: string;
  readonly path: string;
  /** Packs that it builds upon, by name or path, the preferred one first. */
  readonly extends: readonly string[];
  /** Labels that may name the server, the likeliest first; undefined = as in what it extends. */
  readonly serverLabels: readonly string[] | undefined;
  readonly metrics: Mappings;
  /** File and line of a key, for messages. */
  readonly placeOf: (at: readonly PropertyKey[]) => string;
}

/** One pack or several, by name or path. */
export const packNames = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'expected the name or the path of a pack, or a list of them',
});

const packSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  extends: packNames.optional(),
  server_labels: z.array(z.string().regex(LABEL_NAME)).min(1).optional(),
  metrics: mappingsSchema.optional(),
});

/**
 * The checked content of a pack file, without what it extends.
 * @param file  only named in messages
 * @throws PackError with file and line, listing every fault found
 */
export function parsePackFile(text: string, file: string): PackFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const syntax = document.errors[0];
  if (syntax) {
    const line = lineCounter.linePos(syntax.pos[0]).line;
    throw new PackError(`${file}:${line} is not valid YAML: ${syntax.message}`, { cause: syntax });
  }
  const placeOf = (at: readonly PropertyKey[]) => `${file}:${lineOfPath(document, lineCounter, at)}`;
  const parsed = packSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
      return `${placeOf(at)} ${describeIssue(issue)}`;
    });
    throw new PackError(faults.join('\n'), { cause: parsed.error });
  }
  const { name, extends: bases = [], server_labels: serverLabels, metrics = {} } = parsed.data;
  const pack = { name, path: file, extends: [bases].flat(), serverLabels, metrics, placeOf };
  checkSomethingLeft(pack);
  return pack;
}

/** What a pack has for each metric, over what it inherits. */
export function alternativesOf({ metrics, placeOf }: PackFile, inherited: Alternatives): Alternatives {
  return overlay(inherited, metrics, (metric, index) => `${placeOf(['metrics', metric, index])} metrics.${metric}`);
}

/** Without anything to build upon, a pack must bring something, and has nothing to take away or to put in again. */
function checkSomethingLeft({ extends: bases, metrics, placeOf }: PackFile): void {
  if (bases.length > 0) return;
  if (Object.keys(metrics).length === 0)
    throw new PackError(`${placeOf(['metrics'])} metrics is empty; expected at least one metric, or extends`);
  for (const [metric, list] of Object.entries(metrics) as [MetricName, Mappings[MetricName] & object][]) {
    const at = ['metrics', metric];
    if (list.length === 0)
      throw new PackError(
        `${placeOf(at)} metrics.${metric} is an empty list, which takes away what is inherited, but the pack extends nothing`,
      );
    const index = list.findIndex(({ inherited }) => inherited);
    if (index >= 0)
      throw new PackError(
        `${placeOf([...at, index])} metrics.${metric}.${index} has inherited: true, but the pack extends nothing`,
      );
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.') || 'pack';
  if (issue.code === 'custom') return `${path} ${issue.message}`;
  if (issue.code !== 'unrecognized_keys') return `${path}: ${issue.message}`;
  const keys = `"${issue.keys.join('", "')}"`;
  return issue.path.at(-1) === 'metrics'
    ? `${path}: unknown metric ${keys}; expected one of ${METRIC_NAMES.join(', ')}`
    : `${path}: unknown key ${keys}; check the spelling`;
}
