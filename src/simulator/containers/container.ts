/** The containers of a server: what each may use, and when it was started. */
import { createHash } from 'node:crypto';
import { seededRandom, seedFor } from '../../core/random.js';
import { within } from '../draw.js';
import { CPU_COUNT, type Personality } from '../server/personality.js';
import type { SimulatedServer } from '../server/simulatedServer.js';
import { STEP_SECONDS } from '../step.js';
import { ROLES, type Role } from './roles.js';

export interface SimulatedContainer {
  readonly role: Role;
  /** The path of its control group, with systemd and Docker. */
  readonly id: string;
  /** Root of its noise. */
  readonly seed: number;
  /** undefined: no limit. */
  readonly cpuLimitCores: number | undefined;
  readonly memoryLimitBytes: number | undefined;
  /** From one planned start to the next, and where they lie. */
  readonly lifeSteps: number;
  readonly phaseSteps: number;
  /** After a boot containers start one after the other. */
  readonly startDelaySeconds: number;
}

const STEPS_PER_HOUR = 3600 / STEP_SECONDS;
const MEBIBYTE = 2 ** 20;
const SECONDS_TO_START = 3;
/** Memory is limited to this much of what it would be on a server whose memory is full; that of one that leaks, to what there always is. */
const MEMORY_LIMIT = [0.85, 1.5] as const;
const LEAKING_MEMORY_LIMIT = [0.2, 0.3] as const;
const CORES_STEP = 0.25;

/** Those of a server that has some; the same server has the same ones. */
export function containersOf(server: SimulatedServer): SimulatedContainer[] {
  return (ROLES[server.profile] ?? []).map((role, place) => {
    const seed = seedFor(server.personality.seed, role.name);
    const random = seededRandom(seed);
    const lifeSteps = Math.round(within(random, role.lifeHours) * STEPS_PER_HOUR);
    const memoryBytes =
      role.memory * within(random, role.leaks ? LEAKING_MEMORY_LIMIT : MEMORY_LIMIT) * server.personality.memoryBytes;
    return {
      role,
      id: `/system.slice/docker-${createHash('sha256').update(`${server.name} ${role.name}`).digest('hex')}.scope`,
      seed,
      cpuLimitCores: role.hasCpuLimit && coresFor(role, server.personality),
      memoryLimitBytes: role.hasMemoryLimit && Math.ceil(memoryBytes / MEBIBYTE) * MEBIBYTE,
      lifeSteps,
      phaseSteps: Math.floor(random() * lifeSteps),
      startDelaySeconds: SECONDS_TO_START * (1 + place),
    };
  });
}

/** Enough for a usual busy hour, in quarters of a processor; a busier one is slowed down. */
function coresFor({ cpu }: Role, { userBase, userSwing, systemRatio }: Personality): number {
  const busiestCores = ((userBase + userSwing) * (1 + systemRatio) * CPU_COUNT) / 100;
  return Math.ceil((cpu * busiestCores) / CORES_STEP) * CORES_STEP;
}

/** Epoch seconds of the container's last start at or before this time, or of the next one while it starts. */
export function startBefore(container: SimulatedContainer, server: SimulatedServer, at: number): number {
  const { lifeSteps, phaseSteps, startDelaySeconds } = container;
  const lifeSeconds = lifeSteps * STEP_SECONDS;
  const phaseSeconds = phaseSteps * STEP_SECONDS;
  const planned = Math.floor((at - phaseSeconds) / lifeSeconds) * lifeSeconds + phaseSeconds;
  return Math.max(planned + SECONDS_TO_START, server.restartBefore(at).bootAt + startDelaySeconds);
}
