/** `linborg show`: past and forecast of one server in the terminal, from one cycle; nothing is served. */
import { CommandError } from '../../core/errors.js';
import { loadConfigFile } from '../configFile.js';
import { createLog } from '../log.js';
import { createProgress } from '../progress.js';
import { Pipeline } from '../service/pipeline.js';
import { renderServer } from '../show/renderServer.js';
import { canvasOf } from '../show/terminal.js';
import { unknownMetric, unknownServer } from '../show/unknown.js';

interface ShowFlags {
  readonly 'config.file': string;
  readonly metric?: readonly string[];
}

export async function show(server: string, flags: ShowFlags): Promise<number> {
  const config = await loadConfigFile(flags['config.file']);
  const progress = createProgress();
  const pipeline = await Pipeline.open(config, createLog('warn'), {
    onPull: () => undefined,
    onDropped: (reason, count) => progress.done(`${count} samples dropped: ${reason}`),
    onHistory: (source, done, total) => progress.update(`reading ${source}: ${done} of ${total} queries`),
  });
  try {
    const { at, servers } = await pipeline.cycle(Date.now() / 1000);
    progress.done(`${servers.length} servers read`);
    const view = servers.find(({ frame }) => frame.server === server);
    if (view === undefined) {
      const names = servers.map(({ frame }) => frame.server);
      throw new CommandError(unknownServer(server, names));
    }
    const metrics = flags.metric?.flatMap((names) => names.split(',')).filter((name) => name !== '');
    const absent = metrics?.find((metric) => !view.frame.metrics.includes(metric));
    if (absent !== undefined) throw new CommandError(unknownMetric(server, absent, view.frame.metrics));
    const canvas = canvasOf(process.stdout, process.env);
    process.stdout.write(`${renderServer(view, at, metrics, canvas)}\n`);
    return 0;
  } finally {
    await pipeline.close();
  }
}
