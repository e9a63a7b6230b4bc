import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly depends_on?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const COMPOSE = parse(readFileSync('deploy/compose.yaml', 'utf8')) as Compose;
const SERVICES = Object.entries(COMPOSE.services);
/** Sources of all mounts. */
const MOUNTED = SERVICES.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
/** The schema of the Compose Specification as compose-go 2.16.2 has it, whose loader is that of `docker compose`. */
const SPECIFICATION = new Validator(
  JSON.parse(readFileSync('test/deploy/compose-spec/compose-spec.json', 'utf8')) as Schema,
  '2020-12',
  false,
);
const DOCKERFILE = readFileSync('deploy/Dockerfile', 'utf8');

/** Places that the specification does not allow, each with what lies above it. */
function faultsOf(compose: object): string[] {
  return SPECIFICATION.validate(compose).errors.map(({ instanceLocation }) => instanceLocation);
}

describe('the Compose Specification', () => {
  test('allows all of the file', () => {
    expect(faultsOf(COMPOSE)).toEqual([]);
  });

  test.each([
    ['#/services/prometheus/helthcheck', { helthcheck: {} }],
    ['#/services/prometheus/restart', { restart: 3 }],
    ['#/services/prometheus/cap_drop', { cap_drop: 'ALL' }],
    ['#/services/prometheus/volumes', { volumes: 'prometheus:/prometheus' }],
    ['#/services/prometheus/ports/0', { ports: [{ tagret: 9090 }] }],
    ['#/services/prometheus/depends_on/linborg/condition', { depends_on: { linborg: { condition: 'ready' } } }],
  ])('does not allow a fault at %s', (place, fault) => {
    const { prometheus, ...others } = COMPOSE.services;
    const faulty = { ...COMPOSE, services: { ...others, prometheus: { ...prometheus, ...fault } } };
    expect(faultsOf(faulty)).toContain(place);
  });
});

test('whatever another service is needed for, it is there', () => {
  const needed = SERVICES.flatMap(([, { depends_on = [], network_mode }]) => [
    ...depends_on,
    ...(network_mode?.startsWith('service:') ? [network_mode.replace('service:', '')] : []),
  ]);
  expect(needed.length).toBeGreaterThan(2);
  expect(needed.filter((name) => !(name in COMPOSE.services))).toEqual([]);
});

test('nothing in the file is filled in from the environment of who starts it', () => {
  expect(readFileSync('deploy/compose.yaml', 'utf8')).not.toContain('$');
});

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
  expect(bases.filter((base) => !/^node:24\.\d+\.\d+-bookworm-slim$/.test(base))).toEqual([]);
});
