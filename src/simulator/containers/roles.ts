/** What runs in containers on servers of which profile. */
import type { Profile } from '../../core/profiles.js';

export interface Role {
  readonly name: string;
  readonly image: string;
  /** Its part of what all containers of the server do with the processors. */
  readonly cpu: number;
  /** Shares of the server's memory and disk in use, and of its traffic; those of a server's containers add up to less than 1. */
  readonly memory: number;
  readonly disk: number;
  readonly network: number;
  /** Without a limit it may use the whole machine. */
  readonly hasCpuLimit?: true;
  readonly hasMemoryLimit?: true;
  /** Hours from one start to the next: releases come days apart. */
  readonly lifeHours: readonly [low: number, high: number];
  /** Its memory rises until the kernel kills a process in it, and soon afterwards it starts anew. */
  readonly leaks?: true;
}

const RELEASE_HOURS = [30, 200] as const;

export const ROLES: Partial<Readonly<Record<Profile, readonly Role[]>>> = {
  web_api: [
    {
      ...{ name: 'nginx', image: 'nginx:1.27-alpine', lifeHours: RELEASE_HOURS, hasMemoryLimit: true },
      ...{ cpu: 0.2, memory: 0.04, disk: 0.02, network: 0.5 },
    },
    {
      ...{ name: 'shop-api', image: 'registry.example.org/shop/api:4.8.1', lifeHours: [9, 40] },
      ...{ hasCpuLimit: true, hasMemoryLimit: true, cpu: 0.65, memory: 0.5, disk: 0.15, network: 0.36 },
    },
    {
      ...{ name: 'sessions', image: 'redis:7.2-alpine', lifeHours: RELEASE_HOURS, hasMemoryLimit: true },
      ...{ cpu: 0.15, memory: 0.12, disk: 0.05, network: 0.08 },
    },
  ],
  data_ingest: [
    {
      ...{ name: 'connect', image: 'confluentinc/cp-kafka-connect:7.6.1', lifeHours: RELEASE_HOURS },
      ...{ hasCpuLimit: true, hasMemoryLimit: true, cpu: 0.5, memory: 0.4, disk: 0.2, network: 0.55 },
    },
    {
      ...{ name: 'transform', image: 'registry.example.org/ingest/transform:2.3.0', lifeHours: [12, 60] },
      ...{ hasCpuLimit: true, hasMemoryLimit: true, cpu: 0.4, memory: 0.2, disk: 0.3, network: 0.3 },
    },
    {
      ...{ name: 'vector', image: 'timberio/vector:0.39.0-alpine', lifeHours: RELEASE_HOURS },
      ...{ cpu: 0.1, memory: 0.05, disk: 0.05, network: 0.1 },
    },
  ],
  conductor_mgmt: [
    {
      ...{ name: 'conductor', image: 'conductoross/conductor:3.21.11', lifeHours: RELEASE_HOURS },
      ...{ hasCpuLimit: true, hasMemoryLimit: true, cpu: 0.6, memory: 0.5, disk: 0.3, network: 0.6 },
    },
    {
      ...{ name: 'task-worker', image: 'registry.example.org/flows/worker:1.12.4', lifeHours: [2, 4], leaks: true },
      ...{ hasCpuLimit: true, hasMemoryLimit: true, cpu: 0.4, memory: 0.15, disk: 0.1, network: 0.3 },
    },
  ],
};
