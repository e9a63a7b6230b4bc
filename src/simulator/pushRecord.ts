/** A server's state as a client that pushes would send it. */
import { METRICS } from '../core/metrics.js';
import { type SimulatedServer, stepAt } from './server/simulatedServer.js';
import { ROW, ROW_LENGTH } from './step.js';

/** The record of a moment (epoch seconds), for the body of POST /feed/data; undefined while the server is down. */
export function pushRecordAt(server: SimulatedServer, at: number): Readonly<Record<string, unknown>> | undefined {
  const row = new Float64Array(ROW_LENGTH);
  if (at < server.restartBefore(at).bootAt || !server.writeStep(stepAt(at), row)) return undefined;
  const metrics = METRICS.filter(({ name }) => name !== 'java_cpu_pct' || server.hasJava).map(({ name, unit }) => {
    const value = row[ROW[name]]!;
    return [name, unit === 'connections' ? Math.round(value) : value];
  });
  const timestamp = new Date(1000 * at).toISOString();
  return { timestamp, server_name: server.name, profile: server.profile, ...Object.fromEntries(metrics) };
}
