/** Every JSON door of a real `serve`, its answer held against the schema that the OpenAPI document shows. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS } from '../../../src/web/openapi/doors.js';
import { type LyingServer, startLyingServer } from '../../sources/fixtures/lyingServer.js';
import { type CommandProcess, startCli } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { statusOf, untilReady } from '../fixtures/scrape.js';

/** So many are asked here that the limits of a client would be reached. */
const NO_LIMITS = {
  ...{ predictions_per_minute: 0, alerts_per_minute: 0, explain_per_minute: 0, admin_per_minute: 0 },
  historical_per_minute: 0,
};
const KEY = 'open sesame';
const WEB = { listen_address: '127.0.0.1:0', api_key: KEY, rate_limits: NO_LIMITS };

let fleet: FleetPrometheus;
let silent: LyingServer;

beforeAll(async () => {
  fleet = await startFleetPrometheus({ servers: 4, days: 2, until: Date.now() / 1000 });
  silent = await startLyingServer();
  silent.lie = () => true;
});

afterAll(async () => {
  await silent?.stop();
  await fleet?.prometheus.stop();
});

function serve(url: string): CommandProcess {
  // One cycle: what two doors say is of the same.
  const keys = {
    cycle: '1h',
    push: { enabled: true },
    web: WEB,
    data_dir: temporaryFolder(),
    targets: [TARGET, FLAT_TARGET],
  };
  return startCli(['serve', '--config.file', writeConfiguration({ url, keys })]);
}

const loadOf = (queue: string) => `label_replace(sum(node_load1), "queue", "${queue}", "", "")`;
const TARGET = { name: 'queue_depth', query: loadOf('mail'), server_label: 'queue', threshold: 1000 };
/** Without a threshold there is no risk. */
const FLAT_TARGET = { name: 'job_count', query: loadOf('jobs'), server_label: 'queue' };

async function ask(url: string, init: RequestInit = {}) {
  const answer = await fetch(url, { ...init, headers: { 'X-API-Key': KEY } });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

const JSON_DOORS = DOORS.filter(({ answers }) => answers[200]?.schema !== undefined);

/** What of an answer its schema does not accept, in words; undefined if all is well. */
async function faultOf(url: string, door: (typeof DOORS)[number], init: RequestInit = {}): Promise<string | undefined> {
  const { status, body } = await ask(url, { method: door.method.toUpperCase(), ...init });
  const schema = door.answers[status]?.schema;
  if (schema === undefined) return `status ${status}: ${JSON.stringify(body)}`;
  return schema.safeParse(body).error?.message;
}

describe('every JSON door that reads', () => {
  it('answers by its schema, about servers and about subjects of extra targets', async () => {
    const url = await serve(fleet.prometheus.url).listens();
    await untilReady(url);
    for (const door of JSON_DOORS.filter(({ method }) => method === 'get')) {
      const names = door.path.includes(':server') ? [fleet.names[0]!, 'mail', 'jobs', 'nobody'] : [''];
      const tables = ['summary', 'environment', 'alerts', 'servers', 'nothing'].map((name) => `${name}?format=json`);
      for (const name of door.path.includes(':table') ? tables : names) {
        const path = door.path.replace(/:(server|table)/, name);
        expect(await faultOf(url + path, door), path).toBeUndefined();
      }
    }
    const { body } = await ask(`${url}/predictions/current`);
    const { predictions, subjects } = body as Record<string, object>;
    expect(Object.keys(predictions!).sort()).toEqual(fleet.names);
    expect(subjects).toMatchObject({ mail: { risk_score: expect.any(Number) }, jobs: { risk_score: null } });
    expect(await ask(`${url}/alerts`)).toEqual(await ask(`${url}/alerts/active`));
  });

  it('answers by its schema before the first cycle, too', async () => {
    const url = await serve(silent.url).listens();
    for (const door of JSON_DOORS.filter(({ method }) => method === 'get')) {
      // What a silent Prometheus recorded takes until the deadline.
      if (door.tag === 'past') continue;
      expect(await faultOf(url + door.path.replace(':server', 'a'), door), door.path).toBeUndefined();
    }
    expect(await statusOf(`${url}/-/ready`)).toBe(503);
  });
});

it('every JSON door that changes something answers by its schema, to what fits and what does not', async () => {
  const url = await serve(fleet.prometheus.url).listens();
  await untilReady(url);
  const doors = JSON_DOORS.filter(({ method, path }) => method === 'post' && path !== '/admin/trigger-training');
  for (const door of doors) {
    for (const body of ['', '{', '7', '{"model": "nobody", "by": 7}', '{"model": 7, "by": "ada"}']) {
      const fault = await faultOf(url + door.path.replace(/:\w+/, 'x'), door, { body });
      expect(fault, `${door.path} ${body}`).toBeUndefined();
    }
  }
});
