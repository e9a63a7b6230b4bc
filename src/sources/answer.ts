/** Reading an answer of the Prometheus HTTP API, which may be anything. */
import { excerpt, QueryFailure } from './queryFailure.js';

/** One series of an answer. */
export interface AnswerSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds, strictly ascending. */
  readonly times: Float64Array;
  /** As long as `times`; NaN and infinities as they came. */
  readonly values: Float64Array;
}

export interface Answer {
  readonly series: readonly AnswerSeries[];
  readonly warnings: readonly string[];
  /** Whether it says that something is missing in it, since a part of the source does not answer. */
  readonly isPartial: boolean;
}

/**
 * The series in the text of an answer; a scalar becomes one series without labels.
 * @throws QueryFailure `malformed` if it is not what Prometheus documents
 */
export function parseAnswer(text: string): Answer {
  const { status, data, warnings, isPartial: saysPartial } = parseEnvelope(text);
  if (status !== 'success') throw malformed(`has status ${JSON.stringify(status)}`);
  if (!isRecord(data)) throw malformed('has no data');
  const { resultType, result } = data;
  if (!Array.isArray(result)) throw malformed(`has a result of type ${typeof result}`);
  const list = Array.isArray(warnings) ? warnings.map(String) : [];
  // As VictoriaMetrics has it; Thanos warns.
  if (saysPartial === true) list.push('the answer is partial: a part of the storage does not answer');
  const rest = { warnings: list, isPartial: list.some((warning) => !isAboutQuery(warning)) };
  switch (resultType) {
    case 'matrix':
      return { series: result.map((entry) => parseSeries(entry, true)), ...rest };
    case 'vector':
      return { series: result.map((entry) => parseSeries(entry, false)), ...rest };
    case 'scalar':
      return { series: [{ labels: {}, ...parsePoints([result]) }], ...rest };
    default:
      throw malformed(`has resultType ${JSON.stringify(resultType)}`);
  }
}

/** Whether a warning is about how a query is written, not about what could be read. */
export function isAboutQuery(warning: string): boolean {
  return /^PromQL (warning|info):/.test(warning);
}

function parseEnvelope(text: string): Record<string, unknown> {
  if (/^\s*</.test(text))
    throw malformed(
      `is HTML ("${excerpt(text)}"); check the url: a login page or another service may answer there`,
      undefined,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const message = text.trim() === '' ? 'is empty' : `is broken JSON (${(cause as Error).message})`;
    throw malformed(`${message}, ${text.length} characters`, cause);
  }
  if (!isRecord(parsed)) throw malformed(`is ${excerpt(text)}`);
  return parsed;
}

function parseSeries(entry: unknown, isRange: boolean): AnswerSeries {
  if (!isRecord(entry)) throw malformed(`has a series that is ${JSON.stringify(entry)}`);
  const { metric, values, value } = entry;
  if (!isRecord(metric)) throw malformed('has a series without labels');
  // Not by assignment: a label may be called __proto__.
  const labels = Object.fromEntries(Object.entries(metric).map(([label, text]) => [label, String(text)]));
  const points = isRange ? values : value;
  if (points !== undefined) return { labels, ...parsePoints(isRange ? points : [points]) };
  if ('histogram' in entry || 'histograms' in entry)
    throw malformed('has native histograms; expected an expression that yields plain numbers');
  throw malformed(`has a series without ${isRange ? 'values' : 'value'}`);
}

function parsePoints(points: unknown): { times: Float64Array; values: Float64Array } {
  if (!Array.isArray(points)) throw malformed(`has values of type ${typeof points}`);
  const times = new Float64Array(points.length);
  const values = new Float64Array(points.length);
  for (let i = 0; i < points.length; i++) {
    const point: unknown = points[i];
    if (!Array.isArray(point) || typeof point[0] !== 'number' || typeof point[1] !== 'string')
      throw malformed(`has the point ${excerpt(JSON.stringify(point) ?? 'undefined')}; expected [time, "value"]`);
    times[i] = point[0];
    values[i] = parseValue(point[1]);
    if (i > 0 && !(times[i]! > times[i - 1]!)) throw malformed(`has times that do not ascend, at ${times[i]}`);
  }
  return { times, values };
}

function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (text === 'NaN') return Number.NaN;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw malformed(`has the value ${JSON.stringify(excerpt(text))}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string, cause?: unknown): QueryFailure {
  return new QueryFailure('malformed', `the answer ${what}`, { cause });
}
