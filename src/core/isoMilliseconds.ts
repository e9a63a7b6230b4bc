/** An epoch second as ISO 8601 in UTC, to the millisecond: 2026-01-01T00:00:00.000Z. */
export function isoMilliseconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
