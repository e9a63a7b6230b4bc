/** Asks Prometheus' own API what it recorded from linborg. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../core/errors.js';

/** Servers with a risk score and servers with a forecast of each horizon, as Prometheus has them now. */
export interface Recorded {
  readonly risks: number;
  readonly forecasts: number;
}

/** Waits until risk and forecasts of `servers` servers are recorded. Throws CommandError that says what is missing. */
export async function untilRecorded(
  url: string,
  servers: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Recorded> {
  let recorded: Recorded = { risks: 0, forecasts: 0 };
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline && !signal.aborted) {
    recorded = {
      risks: await askNumber(url, 'count(linborg_risk_score)'),
      // A server counts once it has all three levels at one hour for at least one metric. Subjects of extra targets have no risk here.
      forecasts: await askNumber(
        url,
        'count(count by (server) (count by (server, metric) (linborg_forecast_value{horizon="1h"}) == 3) and on (server) linborg_risk_score)',
      ),
    };
    if (recorded.risks === servers && recorded.forecasts === servers) return recorded;
    await sleep(1000);
  }
  throw new CommandError(
    `Prometheus recorded the risk of ${recorded.risks} and forecasts of ${recorded.forecasts} servers within ${seconds} s; expected ${servers} of each`,
  );
}

/** The value of an instant query with one result; 0 if there is none. */
async function askNumber(url: string, query: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  if (!answer.ok) throw new CommandError(`Prometheus refused ${query}: HTTP ${answer.status} ${await answer.text()}`);
  const body = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(body.data.result[0]?.value[1] ?? 0);
}
