/** Which spans the audit log makes useless for learning and for proof: what linborg's own actions may have changed. */
import { readFile } from 'node:fs/promises';
import { type ActedUponSpan, spanAfter } from '../../policy/deliveries.js';
import { readLine, splitLines } from './auditChain.js';
import { listAuditFiles } from './auditFiles.js';

/**
 * The spans after every action that was allowed and may have touched a server, in the order of the log; none without a log.
 * Lines that are no entries are passed over: whether the chain holds is asked by `linborg audit verify`.
 * @param folder  `data_dir` of the configuration
 */
export async function auditedSpans(folder: string): Promise<ActedUponSpan[]> {
  const spans: ActedUponSpan[] = [];
  for (const file of await listAuditFiles(folder)) {
    const { lines, tail } = splitLines(await readFile(file));
    spans.push(...[...lines, tail].flatMap((line) => spanOf(readLine(line)?.fields) ?? []));
  }
  return spans;
}

function spanOf(fields: Readonly<Record<string, unknown>> = {}): ActedUponSpan | undefined {
  const { event, decision, server, action, rule, at } = fields;
  if (event !== 'decision' || decision !== 'allowed' || action === 'notify') return undefined;
  const seconds = Date.parse(String(at)) / 1000;
  if (typeof server !== 'string' || Number.isNaN(seconds)) return undefined;
  return spanAfter({ server, at: seconds, name: String(action), rule: String(rule) });
}
