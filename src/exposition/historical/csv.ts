/** Rows as CSV (RFC 4180) that a spreadsheet may open. */

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** What a spreadsheet takes for a formula when a cell begins so (OWASP, CSV injection). */
const FORMULA_START = /^[=+\-@\t\r＝＋－＠]/;

/** A header and one line per row, each ended by CRLF; null is an empty cell. Rows have the columns of the header. */
export function csvText(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** A text that looks like a formula gets an apostrophe before it, which spreadsheets hide; numbers stay numbers. */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
