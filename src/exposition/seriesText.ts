/** The smallest parts of Prometheus' text format. */

/** A label value as it stands between quotes: backslash, quote and line feed escaped. */
export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n') : value;
}

/** A sample value in full precision, in the spelling of both text formats. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** A measured value cut to at least six significant digits: what a 32-bit forecast carries, and no more. */
export function roundMeasure(value: number): number {
  const size = Math.abs(value);
  // The first branch is several times faster and takes nearly all values.
  if (size >= 10 && size < 1e9) return Math.round(value * 1e4) / 1e4;
  return size === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(6));
}

/** A measured value in both text formats. */
export function formatMeasure(value: number): string {
  return formatValue(roundMeasure(value));
}

/** The lines that open a family. Help texts of the catalogue need no escaping in either format. */
export function familyHead(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}
