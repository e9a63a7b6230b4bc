/** `linborg serve`. */
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { CommandError } from '../../core/errors.js';
import { parseListenAddress } from '../../core/listenAddress.js';
import { loadConfigFile } from '../configFile.js';
import { interruptSignal, untilAborted } from '../interrupt.js';
import { createLog } from '../log.js';
import { packageVersion } from '../package.js';
import { Service, type ServiceParts } from '../service/service.js';

interface ServeFlags {
  readonly 'config.file': string;
  readonly 'web.listenAddress'?: string;
  readonly 'log.level': string;
}

export async function serve(flags: ServeFlags): Promise<number> {
  const log = createLog(flags['log.level']);
  const readConfig = async () =>
    withListenAddress(await loadConfigFile(flags['config.file']), flags['web.listenAddress']);
  const interrupt = interruptSignal(['SIGINT', 'SIGTERM']);
  const hangup = listenToHangups();
  log.info({ version: packageVersion(), config: flags['config.file'] }, 'starting');
  const service = await start({
    config: await readConfig(),
    readConfig,
    log,
    // What a training process is told is what this process was told.
    learning: {
      program: process.argv[1]!,
      from: ['--from', 'prometheus', '--config.file', resolve(flags['config.file'])],
    },
    signal: interrupt.signal,
    onHistory: historyLog(log),
  });
  if (!service) return 0;
  hangup.answer(() => {
    service.reload().catch(() => {
      // Said in the log and in config_last_reload_successful.
    });
  });
  await untilAborted(interrupt.signal);
  hangup.answer(() => {});
  log.info('stopping');
  await service.stop();
  interrupt.release();
  return 0;
}

/**
 * SIGHUP from the first moment to the last: unheard, it would end the process. One that comes before there is an answer is
 * answered then, since the configuration may have been read before it was changed.
 */
function listenToHangups(): { answer(work: () => void): void } {
  let answer: (() => void) | undefined;
  let isWaiting = false;
  process.on('SIGHUP', () => {
    if (answer) answer();
    else isWaiting = true;
  });
  return {
    answer(work) {
      answer = work;
      if (isWaiting) work();
      isWaiting = false;
    },
  };
}

const HISTORY_LOG_EVERY_MILLISECONDS = 10_000;

/** Says now and then how far the reading of history has come. */
function historyLog(log: Logger): (source: string, done: number, total: number) => void {
  let saidAt = performance.now();
  return (source, done, total) => {
    if (performance.now() - saidAt < HISTORY_LOG_EVERY_MILLISECONDS) return;
    saidAt = performance.now();
    log.info({ source, done, total }, 'reading history');
  };
}

/** undefined if a signal came before it was up. */
async function start(parts: ServiceParts & { readonly signal: AbortSignal }): Promise<Service | undefined> {
  try {
    return (await Service.start(parts)).service;
  } catch (error) {
    if (parts.signal.aborted) return undefined;
    throw error;
  }
}

function withListenAddress(config: Config, text: string | undefined): Config {
  if (text === undefined) return config;
  const listen = parseListenAddress(text);
  if (!listen) throw new CommandError(`--web.listen-address is ${text}; expected host:port such as :9877`);
  return { ...config, web: { ...config.web, listen } };
}
