/**
 * What Grafana itself answers in place of a data source. Statuses and texts are those of its data-source proxy (`ds_proxy.go`), and of
 * the routes that its Prometheus plug-in lists: a POST to `api/v1/query` and `api/v1/query_range` needs the role Viewer, a GET none.
 */
import { type Address, apiUrl } from './grafana.js';
import { excerpt, QueryFailure } from './queryFailure.js';

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  /** The header of a redirection. */
  readonly location?: string | undefined;
}

/** The failure that an answer of Grafana stands for; undefined where the data source behind it answered, or no Grafana was asked. */
export function failureOfGrafana(refusal: Refusal, { url, grafana }: Address): QueryFailure | undefined {
  if (grafana === undefined || isOfPrometheus(refusal.body)) return undefined;
  const uid = grafana.datasource_uid;
  const said = wordsIn(refusal.body);
  const reason = `(HTTP ${refusal.status}${said === '' ? '' : `: ${said}`})`;
  const refused = (text: string) => new QueryFailure('refused', `Grafana at ${url} ${text}`);
  switch (refusal.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return refused(describeRedirection(refusal));
    case 400:
      if (!/authentication to data source failed/i.test(said)) return undefined;
      return refused(`is not let in by data source ${uid} ${reason}; mend the credentials that Grafana has for it`);
    case 401:
      return refused(`does not accept the token ${reason}; expected that of a service account, under authorization`);
    case 403:
      return refused(`does not let the token query data source ${uid} ${reason}; ${hintForForbidden(said)}`);
    case 404:
      return refused(describeMissing(uid, reason, isJson(refusal.body)));
    case 502:
    case 504:
      return new QueryFailure(
        'overloaded',
        `Grafana at ${url} gets no answer from data source ${uid} ${reason}; is it up?`,
      );
    default:
      return undefined;
  }
}

/** What a page means where JSON was expected; undefined where there is none, or no Grafana was asked. */
export function failureOfPage(text: string, address: Address): QueryFailure | undefined {
  if (address.grafana === undefined || !/^\s*</.test(text)) return undefined;
  const hint = "expected Grafana's own address as url, and nothing before it that wants a login";
  return new QueryFailure(
    'refused',
    `${apiUrl(address)} answers with a page ("${excerpt(text)}"), not with JSON; ${hint}`,
  );
}

function describeRedirection({ status, location = 'nowhere' }: Refusal): string {
  const wantsLogin = /login|sign[-_]?in|oauth|saml|auth/i.test(location);
  const hint = wantsLogin
    ? 'something wants a login there; expected an address where a token is enough'
    : 'set url to the address that it means';
  return `redirects to ${excerpt(location)} (HTTP ${status}); ${hint}`;
}

/** Grafana says it in JSON, the Prometheus behind it in plain text. */
function describeMissing(uid: string, reason: string, isGrafanas: boolean): string {
  return isGrafanas
    ? `knows no data source ${uid} ${reason}; its uid stands in the address of its page there, and the token must be of its organization`
    : `has data source ${uid}, but no Prometheus API answers behind it ${reason}; mend its URL there`;
}

function hintForForbidden(said: string): string {
  if (/route access denied|allow-listed POST/i.test(said))
    return 'without the role Viewer it may only GET: set http_method: GET, or give its service account that role';
  if (/whitelist|valid target/i.test(said)) return 'its host is missing in data_source_proxy_whitelist of Grafana';
  return 'give its service account the permission datasources:query on it, or the role Viewer';
}

/** Grafana's `{"message": …}`, else the beginning of the text; nothing of a page. */
function wordsIn(body: string): string {
  if (/^\s*</.test(body)) return '';
  const message = isJson(body) ? (JSON.parse(body) as { message?: unknown } | null)?.message : body;
  return typeof message === 'string' ? excerpt(message) : '';
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** Errors of the API carry `"status":"error"`, whoever passes them on. */
function isOfPrometheus(body: string): boolean {
  return /"status"\s*:\s*"error"/.test(body);
}
