/** A server's containers as cAdvisor beside Docker would show them, with the whole machine as the root of its control groups. */
import { createHash } from 'node:crypto';
import type { Fleet } from '../fleet.js';
import { CounterTrack } from '../node/counters.js';
import { GaugeTrack } from '../node/gauges.js';
import { CPU_COUNT, type Personality } from '../server/personality.js';
import type { SimulatedServer } from '../server/simulatedServer.js';
import type { ShownSeries, View, Views } from '../view.js';
import { containersOf, type SimulatedContainer } from './container.js';
import { ContainerTrack } from './containerCounters.js';
import { memoryAt } from './containerMemory.js';
import { gauge, type Reading, shownOf, usedMemory } from './families.js';

/** The label `job` of every series. */
export const CONTAINER_JOB = 'cadvisor';

interface ContainerSeries extends ShownSeries {
  /** NaN where it is absent. */
  readonly read: (reading: Reading) => number;
}

/** Every server of the fleet that has containers. */
export function containerViews(fleet: Fleet): Views {
  const hosts = fleet.servers.filter((server) => containersOf(server).length > 0);
  return new Map(hosts.map((server) => [server.name, () => new ContainerView(server)]));
}

/** Reads the containers of one server as a scraper of its cAdvisor would. */
export class ContainerView implements View {
  readonly target: View['target'];
  readonly series: readonly ContainerSeries[];
  readonly #server: SimulatedServer;
  readonly #containers: readonly SimulatedContainer[];
  readonly #hostCounters: CounterTrack;
  readonly #hostGauges: GaugeTrack;
  readonly #tracks: readonly ContainerTrack[];

  constructor(server: SimulatedServer) {
    this.#server = server;
    this.#containers = containersOf(server);
    this.#hostCounters = new CounterTrack(server);
    this.#hostGauges = new GaugeTrack(server);
    this.#tracks = this.#containers.map((container) => new ContainerTrack(server, container, this.#containers));
    this.target = { job: CONTAINER_JOB, instance: server.name };
    this.series = [...containerSeries(this.#containers, server.personality), ...machineSeries(server)];
  }

  readAt(at: number, values: Float64Array, offset = 0, stride = 1): boolean {
    const counters = this.#hostCounters.readAt(at);
    if (counters === undefined) return false;
    const gauges = this.#hostGauges.readAt(at);
    const usedBytes = usedMemory(this.#server.personality, gauges);
    const containers = this.#containers.map((container, index) => {
      const own = this.#tracks[index]!.readAt(at);
      return own && { counters: own, memory: memoryAt(container, at, own.startedAt, usedBytes) };
    });
    const reading = { at, counters, gauges, containers };
    for (let index = 0; index < this.series.length; index++) {
      values[offset + index * stride] = this.series[index]!.read(reading);
    }
    return true;
  }
}

function containerSeries(containers: readonly SimulatedContainer[], personality: Personality): ContainerSeries[] {
  return shownOf(personality).flatMap(({ family, labels = {}, ofContainer, ofRoot }) => [
    ...(ofRoot === undefined ? [] : [{ family, labels: sorted({ ...labels, id: '/' }), read: ofRoot }]),
    ...containers.flatMap((container, index) => {
      const read = ofContainer(container);
      if (read === undefined) return [];
      const { id, role } = container;
      const names = { ...labels, id, image: role.image, name: role.name };
      const readIfRunning = (reading: Reading) => {
        const running = reading.containers[index];
        return running === undefined ? Number.NaN : read(running, reading);
      };
      return [{ family, labels: sorted(names), read: readIfRunning }];
    }),
  ]);
}

function machineSeries({ name, personality }: SimulatedServer): ContainerSeries[] {
  const labels = { machine_id: createHash('sha256').update(name).digest('hex').slice(0, 32) };
  return [
    { family: gauge('machine_cpu_cores', 'Number of logical CPU cores.'), labels, read: () => CPU_COUNT },
    {
      family: gauge('machine_memory_bytes', 'Amount of memory installed on the machine.'),
      labels,
      read: () => personality.memoryBytes,
    },
  ];
}

/** As the client library writes them. */
function sorted(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
