/** The moment of a document, in whatever form it is kept → epoch seconds. */

export const TIMESTAMP_FORMATS = ['auto', 'iso', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'] as const;

export type TimestampFormat = (typeof TIMESTAMP_FORMATS)[number];

const PER_SECOND = { seconds: 1, milliseconds: 1e3, microseconds: 1e6, nanoseconds: 1e9 } as const;

/** 2286 in seconds; the same count of milliseconds is 1970, of which no server speaks. */
const LARGEST_SECONDS = 1e10;

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** Epoch seconds, or undefined if it is no moment in that format. A text without a zone is UTC. */
export function timestampOf(value: unknown, format: TimestampFormat): number | undefined {
  if (value instanceof Date) return finite(value.getTime() / 1000);
  if (format === 'iso') return isoSeconds(value);
  const number = plainNumber(value);
  if (number === undefined) return format === 'auto' ? isoSeconds(value) : undefined;
  return finite(number / PER_SECOND[format === 'auto' ? guessUnit(number) : format]);
}

/** Seconds until 2286, and so on: the ranges of the units do not meet for any moment after 1980. */
function guessUnit(number: number): keyof typeof PER_SECOND {
  if (number < LARGEST_SECONDS) return 'seconds';
  if (number < LARGEST_SECONDS * 1e3) return 'milliseconds';
  return number < LARGEST_SECONDS * 1e6 ? 'microseconds' : 'nanoseconds';
}

function plainNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  return undefined;
}

function isoSeconds(value: unknown): number | undefined {
  const match = typeof value === 'string' ? ISO.exec(value.trim()) : null;
  if (!match) return undefined;
  const [, date, time = '00:00', zone = 'Z'] = match;
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  return finite(Date.parse(`${date}T${time.replace(',', '.')}${offset.toUpperCase()}`) / 1000);
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}
