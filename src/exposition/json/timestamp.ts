/** An epoch second as ISO 8601 in UTC without fractions, e.g. 2026-01-01T00:00:00Z. */
export function isoTime(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
