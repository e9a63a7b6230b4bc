/** The targets of packs, put beside those that the configuration has itself. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/load.js';
import { parseTargetPack, type TargetPack, type WantedTargetPack } from '../config/targetPacks.js';
import { faultsOfTarget, type TargetSettings } from '../config/targets.js';
import { ConfigError } from '../core/errors.js';
import { packNamesIn } from '../mapping/pack.js';
import { fillSelector } from '../mapping/render.js';
import { withTargets } from '../scoring/options.js';

/**
 * The configuration with the targets of its packs.
 * @param folder where the packs with a bare name lie
 * @throws ConfigError for a pack that cannot be read, has faults, or brings a name that is there already
 */
export async function withTargetPacks(config: Config, folder: string): Promise<Config> {
  const found = await Promise.all(
    config.targetPacks.map(async (wanted, index) => {
      const place = `target_packs[${index}]`;
      return targetsOf(await readPack(wanted.pack, place, folder), wanted, place);
    }),
  );
  const targets = [...config.targets, ...found.flat()];
  const second = targets.find(({ name }, index) => targets.findIndex((other) => other.name === name) < index);
  if (second !== undefined)
    throw new ConfigError(
      `the pack ${second.pack} brings the target ${second.name}, which is there already; leave it out with without: [${second.name}]`,
    );
  return Object.freeze({ ...config, targets, thresholds: withTargets(config.thresholds, found.flat()) });
}

/** One line for each pack: what it brings. */
export function describeTargetPacks(targets: readonly TargetSettings[]): string[] {
  const packs = [...new Set(targets.flatMap(({ pack }) => pack ?? []))];
  return packs.map((pack) => {
    const names = targets.filter((target) => target.pack === pack).map(({ name }) => name);
    return `  target pack ${pack}: ${names.length} targets: ${names.join(', ')}`;
  });
}

async function readPack(nameOrPath: string, place: string, folder: string): Promise<TargetPack> {
  const isName = /^[\w-]+$/.test(nameOrPath);
  const file = isName ? path.join(folder, `${nameOrPath}.yml`) : nameOrPath;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const hint = isName
      ? `one of ${(await packNamesIn(folder)).join(', ')}, or a path to a .yml file`
      : 'a readable file';
    throw new ConfigError(
      `${place}.pack is ${JSON.stringify(nameOrPath)}, which cannot be read from ${file} (${(cause as NodeJS.ErrnoException).code ?? cause}); expected ${hint}`,
      { cause },
    );
  }
  return parseTargetPack({ name: file, text });
}

/** The pack's targets with its selector filled in and what is written over them. */
function targetsOf(pack: TargetPack, wanted: WantedTargetPack, place: string): TargetSettings[] {
  const names = pack.targets.map(({ name }) => name);
  const unknown = [...wanted.without, ...Object.keys(wanted.targets)].find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(`${place} names ${unknown}, which the pack ${pack.name} has not; it has ${names.join(', ')}`);
  return pack.targets
    .filter(({ name }) => !wanted.without.includes(name))
    .map((target) => {
      const written = wanted.targets[target.name] ?? {};
      const merged: TargetSettings = {
        ...target,
        ...written,
        max_series: written.max_series ?? target.max_series,
        direction: written.direction ?? target.direction,
        severity: written.severity ?? target.severity,
        // A subject of the other kind replaces the pack's.
        ...(written.server !== undefined && { server_label: undefined }),
        ...(written.server_label !== undefined && { server: undefined }),
        query: fillSelector(written.query ?? target.query, wanted.selector ?? pack.selector),
        pack: pack.name,
      };
      const [fault] = faultsOfTarget(merged);
      if (fault !== undefined) throw new ConfigError(`${place}.targets.${target.name}.${fault.key} ${fault.text}`);
      return merged;
    });
}
