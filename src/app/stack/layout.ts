/** The parts of the stack, and where their ports and files are. */
import { join, resolve } from 'node:path';

export const COMPONENTS = [
  'node_exporter',
  'process_exporter',
  'blackbox_exporter',
  'linborg',
  'alertmanager',
  'prometheus',
  'grafana',
] as const;
export type ComponentName = (typeof COMPONENTS)[number];

/** Parts that Prometheus scrapes, of those that are there. */
export function scraped(parts: readonly ComponentName[]): ComponentName[] {
  return parts.filter((name) => name !== 'grafana');
}

/** The name of a part's job in Prometheus: the rules expect these. */
export function jobOf(name: ComponentName): string {
  if (name === 'node_exporter') return 'node';
  return name === 'process_exporter' ? 'process' : name;
}

/** Where each listens, on loopback. */
export type StackPorts = Readonly<Record<ComponentName, number>>;

export interface StackPaths {
  readonly prometheusConfig: string;
  readonly alertmanagerConfig: string;
  readonly linborgConfig: string;
  readonly grafanaProvisioning: string;
  readonly stateFile: string;
  readonly dataOf: (name: ComponentName) => string;
  readonly logOf: (name: ComponentName) => string;
}

export function stackPaths(folder: string): StackPaths {
  const absolute = resolve(folder);
  return {
    prometheusConfig: join(absolute, 'prometheus.yml'),
    alertmanagerConfig: join(absolute, 'alertmanager.yml'),
    linborgConfig: join(absolute, 'linborg.yml'),
    grafanaProvisioning: join(absolute, 'provisioning'),
    stateFile: join(absolute, 'state.json'),
    dataOf: (name) => join(absolute, 'data', name),
    logOf: (name) => join(absolute, `${name}.log`),
  };
}
