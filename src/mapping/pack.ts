/** Mapping packs: YAML files that say how each LINBORG metric is asked for in PromQL. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { PackError } from '../core/errors.js';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import { lineOfPath } from './lines.js';
import { PLACEHOLDERS, unknownPlaceholders } from './render.js';

/** One way to ask for a metric. */
export interface Alternative {
  /** Where the data comes from, e.g. `process-exporter`; unique within its metric. */
  readonly name: string;
  /** PromQL with the placeholders `$selector`, `$window` and `$server_label`; one series per server. */
  readonly expr: string;
  readonly note?: string;
  /** An estimate stands in for a measurement, so it is asked only where the configuration allows it. */
  readonly estimate: boolean;
  /** Line of the pack file where it begins, for messages. */
  readonly line: number;
}

export interface MappingPack {
  readonly name: string;
  /** The file it was read from. */
  readonly path: string;
  /** In order of preference; a metric without an entry is absent for every server. */
  readonly alternatives: ReadonlyMap<MetricName, readonly Alternative[]>;
}

const alternativeSchema = z.strictObject({
  name: z.string().min(1).optional(),
  expr: z.string().trim().min(1),
  note: z.string().optional(),
  estimate: z.boolean().default(false),
});

const packSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  metrics: z.partialRecord(z.enum(METRIC_NAMES as [MetricName, ...MetricName[]]), z.array(alternativeSchema).min(1)),
});

/**
 * The checked pack of that name in `packsDir`, or at that path.
 * @param nameOrPath a bare name such as `node_exporter`, or a path to a `.yml` file
 * @throws PackError with file and line, listing every fault found
 */
export async function loadPack(nameOrPath: string, packsDir: string): Promise<MappingPack> {
  const isName = /^[\w-]+$/.test(nameOrPath);
  const file = isName ? path.join(packsDir, `${nameOrPath}.yml`) : nameOrPath;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const reason = `${(cause as NodeJS.ErrnoException).code ?? cause}`;
    const hint = isName ? `expected one of ${await packNames(packsDir)}, or a path to a .yml file` : 'check the path';
    throw new PackError(`mapping pack "${nameOrPath}" cannot be read from ${file} (${reason}); ${hint}`, { cause });
  }
  return parsePack(text, file);
}

async function packNames(packsDir: string): Promise<string> {
  const files = await readdir(packsDir).catch(() => []);
  const names = files.filter((file) => file.endsWith('.yml')).map((file) => file.slice(0, -4));
  return names.length > 0 ? names.sort().join(', ') : `the packs in ${packsDir} (none there)`;
}

/** The checked pack in a YAML text; `file` is only named in messages. Throws PackError as `loadPack` does. */
export function parsePack(text: string, file: string): MappingPack {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const syntax = document.errors[0];
  if (syntax) {
    const line = lineCounter.linePos(syntax.pos[0]).line;
    throw new PackError(`${file}:${line} is not valid YAML: ${syntax.message}`, { cause: syntax });
  }
  const lineOf = (at: readonly PropertyKey[]) => lineOfPath(document, lineCounter, at);
  const parsed = packSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
      return `${file}:${lineOf(at)} ${issue.path.join('.') || 'pack'}: ${describeIssue(issue)}`;
    });
    throw new PackError(faults.join('\n'), { cause: parsed.error });
  }
  if (Object.keys(parsed.data.metrics).length === 0)
    throw new PackError(`${file}:${lineOf(['metrics'])} metrics is empty; expected at least one metric`);
  const alternatives = new Map<MetricName, readonly Alternative[]>();
  for (const [metric, entries] of Object.entries(parsed.data.metrics)) {
    const list = entries.map(({ name, ...rest }, index) => ({
      ...(rest.note === undefined ? {} : { note: rest.note }),
      expr: rest.expr,
      estimate: rest.estimate,
      name: name ?? `alternative ${index + 1}`,
      line: lineOf(['metrics', metric, index]),
    }));
    list.forEach((alternative, index) => {
      checkAlternative(alternative, `${file}:${alternative.line} metrics.${metric}.${index}`);
      if (list.findIndex((other) => other.name === alternative.name) < index)
        throw new PackError(
          `${file}:${alternative.line} metrics.${metric}.${index}.name is "${alternative.name}", which stands above already; expected a name of its own`,
        );
    });
    alternatives.set(metric as MetricName, list);
  }
  return { name: parsed.data.name, path: file, alternatives };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const keys = `"${issue.keys.join('", "')}"`;
  return issue.path.at(-1) === 'metrics'
    ? `unknown metric ${keys}; expected one of ${METRIC_NAMES.join(', ')}`
    : `unknown key ${keys}; check the spelling`;
}

/** What can be said about an expression without asking a Prometheus. */
function checkAlternative(alternative: Alternative, where: string): void {
  const [unknown] = unknownPlaceholders(alternative.expr);
  if (unknown !== undefined)
    throw new PackError(`${where}.expr has the unknown placeholder "${unknown}"; expected ${PLACEHOLDERS.join(', ')}`);
  if (!alternative.expr.includes('$selector'))
    throw new PackError(
      `${where}.expr has no $selector, so the configured selector would be ignored; write e.g. node_load1{$selector}`,
    );
}
