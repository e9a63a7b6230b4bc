/** What is wrong with the records of a batch, in the words that the older daemons' clients know. */
import type { RecordFault } from './checkRecord.js';
import { PUSH_STATUSES } from './record.js';

export interface FaultTexts {
  /** One line for each kind of fault; what is wrong with many records in the same way stands there once. */
  readonly errors: readonly string[];
  /** One line for each fault, with where it is. */
  readonly detail: readonly string[];
}

/** Lines of each list; nobody reads more. */
const MAX_LINES = 50;
/** Longest value that is quoted. */
const MAX_VALUE_CHARACTERS = 80;

export function describeFaults(faults: readonly RecordFault[]): FaultTexts {
  const missing = new Set(faults.flatMap((fault) => (fault.kind === 'missing' ? [fault.column] : [])));
  const statuses = new Set(faults.flatMap((fault) => (fault.kind === 'status' ? [statusText(fault.value)] : [])));
  const values = faults.flatMap((fault) => (fault.kind === 'value' ? [valueText(fault)] : []));
  const columns = missing.size === 0 ? [] : [missingText([...missing])];
  return { errors: cut([...columns, ...statuses, ...values]), detail: cut(faults.map(locatedText)) };
}

function locatedText(fault: RecordFault): string {
  switch (fault.kind) {
    case 'missing':
      return `records[${fault.index}]: ${missingText([fault.column])}`;
    case 'status':
      return `records[${fault.index}].status: ${statusText(fault.value)}`;
    case 'value':
      return valueText(fault);
  }
}

function missingText(columns: readonly string[]): string {
  return `Missing required columns: [${columns.map((column) => `'${column}'`).join(', ')}]`;
}

function statusText(value: unknown): string {
  return `Invalid status value '${shortened(String(value))}' - must be one of: ${PUSH_STATUSES.join(', ')}`;
}

function valueText({ index, column, value, expected }: Extract<RecordFault, { kind: 'value' }>): string {
  const place = column === undefined ? `records[${index}]` : `records[${index}].${column}`;
  // JSON has no word for the Infinity that 1e999 becomes.
  const written = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return `${place} is ${shortened(written)}; expected ${expected}`;
}

function shortened(text: string): string {
  return text.length <= MAX_VALUE_CHARACTERS
    ? text
    : `${text.slice(0, MAX_VALUE_CHARACTERS)}… (${text.length} characters)`;
}

function cut(lines: readonly string[]): string[] {
  if (lines.length <= MAX_LINES) return [...lines];
  return [...lines.slice(0, MAX_LINES), `… and ${lines.length - MAX_LINES} more`];
}
