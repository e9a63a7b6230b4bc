/** What Grafana is given at its start, by the keys that Grafana reads: it says nothing of one that it does not know. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const FOLDER = 'grafana/provisioning';
const provisioned = (file: string): unknown => parse(readFileSync(path.join(FOLDER, file), 'utf8'));

/** After pkg/services/provisioning/datasources/types.go of Grafana, and its page on provisioning a Prometheus. */
const dataSources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.array(
    z.strictObject({
      name: z.string(),
      type: z.literal('prometheus'),
      access: z.literal('proxy'),
      url: z.url(),
      isDefault: z.boolean(),
      jsonData: z.strictObject({
        httpMethod: z.enum(['GET', 'POST']),
        timeInterval: z.string().regex(/^\d+[sm]$/),
      }),
    }),
  ),
});

/** After pkg/services/provisioning/dashboards/types.go. */
const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: z.string(),
      folder: z.string(),
      type: z.literal('file'),
      disableDeletion: z.boolean(),
      options: z.strictObject({ path: z.string() }),
    }),
  ),
});

interface Compose {
  readonly services: { readonly grafana: { readonly volumes: readonly string[] } };
}

const COMPOSE = parse(readFileSync('deploy/compose.yaml', 'utf8')) as Compose;
const MOUNTS = new Map(
  COMPOSE.services.grafana.volumes.map((volume) => volume.split(':')).map(([from, to]) => [from!, to!] as const),
);

test('there is nothing in the folders that Grafana looks for but these two files', () => {
  expect(readdirSync(FOLDER, { recursive: true }).sort()).toEqual([
    'dashboards',
    'dashboards/linborg.yml',
    'datasources',
    'datasources/linborg.yml',
  ]);
  expect(MOUNTS.get('../grafana/provisioning')).toBe('/etc/grafana/provisioning');
});

test('the data source is the Prometheus of compose.yaml, with its scrape interval', () => {
  const [source, ...others] = dataSources.parse(provisioned('datasources/linborg.yml')).datasources;
  expect(others).toEqual([]);
  expect(new URL(source!.url).hostname in COMPOSE.services).toBe(true);
  const { global } = parse(readFileSync('deploy/compose/prometheus.yml', 'utf8')) as {
    global: { scrape_interval: string };
  };
  expect(source!.jsonData).toMatchObject({ timeInterval: global.scrape_interval });
});

test('the dashboards are looked for where compose.yaml puts them', () => {
  const [provider, ...others] = providers.parse(provisioned('dashboards/linborg.yml')).providers;
  expect(others).toEqual([]);
  expect(provider!.options.path).toBe(MOUNTS.get('../grafana/dashboards'));
});
