/** Lines → documents. */
import { parse as parseCsv } from 'csv-parse/sync';
import type { SourceDocument } from '../../reader.js';
import type { FileOptions } from './options.js';

export interface ParsedLine {
  /** undefined for a line that is none of its format. */
  readonly document: SourceDocument | undefined;
  /** Where it ends, in bytes of the block. */
  readonly end: number;
}

/**
 * The documents of a block of whole lines; empty lines are none.
 * @param header  the columns, for CSV
 */
export function parseBlock(block: Buffer, options: FileOptions, header: readonly string[]): ParsedLine[] {
  switch (options.format) {
    case 'json':
      return eachLine(block, parseJson);
    case 'regex':
      return eachLine(block, (line) => matchLine(line, options.pattern!));
    case 'csv':
      return parseRows(block, options.delimiter, header);
  }
}

/** The columns that the first line of a CSV file names. */
export function parseHeader(line: Buffer, delimiter: string): string[] {
  const [names = []] = parseCsv(line, { delimiter, bom: true, trim: true, relax_quotes: true, to: 1 });
  return names;
}

function eachLine(block: Buffer, parse: (line: string) => SourceDocument | undefined): ParsedLine[] {
  const parsed: ParsedLine[] = [];
  for (let from = 0; from < block.length; ) {
    const newline = block.indexOf(0x0a, from);
    const end = newline === -1 ? block.length : newline + 1;
    const line = block
      .toString('utf8', from, end)
      .replace(/^\ufeff/, '')
      .trimEnd();
    if (line.trim() !== '') parsed.push({ document: parse(line), end });
    from = end;
  }
  return parsed;
}

function parseJson(line: string): SourceDocument | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isDocument = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isDocument ? (value as SourceDocument) : undefined;
  } catch {
    return undefined;
  }
}

function matchLine(line: string, pattern: NonNullable<FileOptions['pattern']>): SourceDocument | undefined {
  const matcher = pattern.matcher(line);
  if (!matcher.find()) return undefined;
  return Object.fromEntries(Object.keys(pattern.namedGroups()).map((name) => [name, matcher.group(name) ?? null]));
}

/** Rows with fewer or more cells than columns keep those that have a name. */
function parseRows(block: Buffer, delimiter: string, header: readonly string[]): ParsedLine[] {
  const rows = parseCsv(block, {
    delimiter,
    bom: true,
    trim: true,
    info: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
  }) as unknown as { record: string[]; info: { bytes: number } }[];
  return rows.map(({ record, info }) => ({
    document: Object.fromEntries(header.map((name, column) => [name, record[column] ?? null])),
    end: info.bytes,
  }));
}
