import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const COMPOSE = parse(readFileSync('deploy/compose.yaml', 'utf8')) as Compose;
const SERVICES = Object.entries(COMPOSE.services);
/** Sources of all mounts. */
const MOUNTED = SERVICES.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
const DOCKERFILE = readFileSync('deploy/Dockerfile', 'utf8');

test('the stack has all six parts', () => {
  expect(Object.keys(COMPOSE.services).sort()).toEqual(
    ['alertmanager', 'cadvisor', 'grafana', 'linborg', 'node-exporter', 'prometheus'].sort(),
  );
});

test.each(SERVICES)('%s has an image that is pinned by version', (_, { image }) => {
  expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
});

test.each(SERVICES)('%s listens on loopback only, as the machine sees it', (_, { ports = [], network_mode }) => {
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  expect(network_mode).not.toBe('host');
});

test('every file of the repository that is mounted exists', () => {
  const own = MOUNTED.filter((source) => source.startsWith('.'));
  expect(own).toHaveLength(6);
  expect(own.filter((source) => !existsSync(path.join('deploy', source)))).toEqual([]);
});

test('every named volume that is mounted is declared, and the other way round', () => {
  const named = MOUNTED.filter((source) => /^\w/.test(source));
  expect(Object.keys(COMPOSE.volumes).sort()).toEqual(named.sort());
});

test('Prometheus and Alertmanager accept their configuration, and all rule files are in what is mounted', () => {
  execFileSync('promtool', ['check', 'config', '--syntax-only', 'deploy/compose/prometheus.yml']);
  execFileSync('amtool', ['check-config', 'deploy/compose/alertmanager.yml']);
  const { rule_files } = parse(readFileSync('deploy/compose/prometheus.yml', 'utf8')) as { rule_files: string[] };
  expect(rule_files.filter((file) => !existsSync(file))).toEqual([]);
});

test('each host that the configuration of Prometheus names is a service, or shares its network', () => {
  const text = readFileSync('deploy/compose/prometheus.yml', 'utf8');
  const hosts = [...text.matchAll(/([\w-]+):\d{4}\b/g)].map(([, host]) => host!);
  expect(hosts.length).toBeGreaterThanOrEqual(7);
  expect(hosts.filter((host) => host !== 'localhost' && !(host in COMPOSE.services))).toEqual([]);
  expect(COMPOSE.services['linborg']?.network_mode).toBe('service:prometheus');
});

test('the Dockerfile that linborg is built from copies only what there is and what .dockerignore lets through', () => {
  const { context, dockerfile } = COMPOSE.services['linborg']!.build!;
  const root = path.join('deploy', context);
  expect(readFileSync(path.join(root, dockerfile), 'utf8')).toBe(DOCKERFILE);
  const copied = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files!.split(' '));
  expect(copied.length).toBeGreaterThan(10);
  expect(copied.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  const ignored = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
  expect(copied.filter((file) => !ignored.includes(`!${file}`))).toEqual([]);
});

test('the image is not run by root, and its base is pinned by version', () => {
  expect(DOCKERFILE).toMatch(/^USER node$/m);
  const bases = [...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base!);
  expect(bases.filter((base) => !/^node:20\.\d+\.\d+-bookworm-slim$/.test(base))).toEqual([]);
});
