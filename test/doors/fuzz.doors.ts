/** Schemathesis against a real linborg: no answer is a 5xx, and every one is what /openapi.json says. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPOSITORY, startCli } from '../app/fixtures/cli.js';
import { writeConfiguration } from '../app/fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../app/fixtures/fleet.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { statusOf, untilReady } from '../app/fixtures/scrape.js';

const run = promisify(execFile);
const KEY = 'open-sesame';
const FUZZ_SECONDS = 60;

let fleet: FleetPrometheus;
/** undefined = it cannot be installed here; the script has said why. */
let program: string | undefined;

beforeAll(async () => {
  program = await run('scripts/ensure-schemathesis.sh', { cwd: REPOSITORY }).then(
    ({ stdout }) => stdout.trim(),
    (error: { readonly stderr: string }) => void process.stderr.write(error.stderr),
  );
  fleet = await startFleetPrometheus({ servers: 3, days: 2, until: Date.now() / 1000 });
}, 180_000);

afterAll(() => fleet?.prometheus.stop());

test('whatever is asked, no door fails, and each answers as the document says', async ({ skip }) => {
  if (program === undefined) return skip('schemathesis cannot be installed here');
  const limits = ['feed', 'predictions', 'alerts', 'explain', 'historical', 'admin'];
  const keys = {
    web: {
      listen_address: '127.0.0.1:0',
      api_key: KEY,
      rate_limits: Object.fromEntries(limits.map((name) => [`${name}_per_minute`, 0])),
    },
    push: { enabled: true },
    data_dir: temporaryFolder(),
  };
  const linborg = startCli(['serve', '--config.file', writeConfiguration({ url: fleet.prometheus.url, keys })]);
  const url = await linborg.listens();
  await untilReady(url);
  const { stdout, code } = await schemathesis(program, url);
  expect(code, stdout).toBe(0);
  expect(await statusOf(`${url}/-/ready`)).toBe(200);
  expect(linborg.stderr).not.toContain('route failed');
});

async function schemathesis(program: string, url: string): Promise<{ readonly stdout: string; readonly code: number }> {
  const args = [
    `--config-file=${path.join(import.meta.dirname, 'schemathesis.toml')}`,
    'run',
    `${url}/openapi.json`,
    `--header=X-API-Key:${KEY}`,
    `--max-time=${FUZZ_SECONDS}`,
    '--seed=1',
    '--workers=2',
    // It would train.
    '--exclude-path=/admin/trigger-training',
    // Protobuf, which schemathesis cannot make; test/web/remoteRead.test.ts does that.
    '--exclude-path=/api/v1/read',
    '--no-color',
  ];
  try {
    const { stdout } = await run(program, args, { cwd: temporaryFolder(), maxBuffer: 64 * 2 ** 20 });
    return { stdout, code: 0 };
  } catch (error) {
    const { stdout, code } = error as { stdout: string; code: number };
    return { stdout, code };
  }
}
