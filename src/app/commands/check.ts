/** `linborg check config` and `linborg check mappings`. */
import { loadConfig } from '../../config/load.js';
import { CommandError } from '../../core/errors.js';
import { loadPack, packNamesIn } from '../../mapping/pack.js';
import { checkPackQueries } from '../../sources/checkPackQueries.js';
import { examineMappings } from '../../sources/doctor.js';
import { renderDoctor, renderTargets } from '../../sources/renderDoctor.js';
import { renderSuggestions } from '../../sources/renderSuggestions.js';
import { suggestMappings } from '../../sources/suggest.js';
import { examineTargets } from '../../sources/targetDoctor.js';
import { loadConfigFile } from '../configFile.js';
import { describeMaintenance } from '../describeMaintenance.js';
import { describeSource } from '../describeSource.js';
import { realSurroundings } from '../openSources.js';
import { PACKS_FOLDER } from '../package.js';
import { describeTargetPacks } from '../targetPacks.js';

/** Says OK, or throws ConfigError with every fault. */
export async function checkConfig(file: string): Promise<number> {
  const config = await loadConfigFile(file);
  const sources = await Promise.all(
    config.sources.map(async ({ prometheus }) => describeSource(prometheus, await loadPack(prometheus, PACKS_FOLDER))),
  );
  const pushed = config.push.isEnabled ? ', and records that clients push' : '';
  const count = `${config.sources.length} source${config.sources.length === 1 ? '' : 's'}`;
  process.stdout.write(`${file}: OK (${count}${pushed})\n`);
  const maintenance = describeMaintenance(config.maintenance, Date.now() / 1000);
  for (const line of [...sources.flat(), ...describeTargetPacks(config.targets), ...maintenance])
    process.stdout.write(`${line}\n`);
  return 0;
}

export interface CheckMappingsFlags {
  readonly 'config.file': string;
  readonly suggest?: true;
  readonly url?: string;
}

/**
 * Examines every source, or proposes what to configure.
 * @returns 1 if a pack has a query that Prometheus does not accept, or nothing was found
 */
export async function checkMappings(flags: CheckMappingsFlags): Promise<number> {
  if (flags.suggest) return suggest(flags);
  if (flags.url !== undefined) throw new CommandError('--url stands without --suggest; expected both, or neither');
  const config = await loadConfigFile(flags['config.file']);
  let isUsable = true;
  for (const { prometheus } of config.sources) {
    const pack = await loadPack(prometheus, PACKS_FOLDER);
    const faults = await checkPackQueries(prometheus, pack, realSurroundings());
    for (const fault of faults) process.stdout.write(`${fault.message}\n`);
    const report = await examineMappings(prometheus, pack, realSurroundings());
    process.stdout.write(`${renderDoctor(report)}\n`);
    const targets = await examineTargets(prometheus, realSurroundings(), config.targets);
    if (targets.length > 0) process.stdout.write(`${renderTargets(targets)}\n`);
    const isEmpty = report.servers === 0 && targets.every(({ subjects }) => subjects.length === 0);
    if (faults.length > 0 || isEmpty) isUsable = false;
  }
  return isUsable ? 0 : 1;
}

/** With all packs that are shipped, for each source, or for the Prometheus at `--url` where there is no configuration yet. */
async function suggest({ url, 'config.file': file }: CheckMappingsFlags): Promise<number> {
  const written = `sources: [{ prometheus: { url: ${JSON.stringify(url)} } }]`;
  const config = url === undefined ? await loadConfigFile(file) : loadConfig(written, '--url', {});
  const names = await packNamesIn(PACKS_FOLDER);
  const packs = await Promise.all(names.map((pack) => loadPack({ pack }, PACKS_FOLDER)));
  let isFitting = true;
  for (const { prometheus } of config.sources) {
    const report = await suggestMappings(prometheus, packs, realSurroundings());
    process.stdout.write(`${renderSuggestions(report)}\n`);
    isFitting &&= report.proposals.length > 0;
  }
  return isFitting ? 0 : 1;
}
