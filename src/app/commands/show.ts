/** `linborg show`: past and forecast of one server in the terminal, from one cycle; nothing is served. */
import { CommandError } from '../../core/errors.js';
import { loadConfigFile } from '../configFile.js';
import { createLog } from '../log.js';
import { createProgress } from '../progress.js';
import { Pipeline } from '../service/pipeline.js';
import { renderServer } from '../show/renderServer.js';

interface ShowFlags {
  readonly 'config.file': string;
  readonly metric?: readonly string[];
}

const NARROWEST = 40;
/** What fits a page as well as a terminal. */
const DEFAULT_COLUMNS = 80;
const WIDEST = 160;

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
    if (view === undefined)
      throw new CommandError(
        unknown(
          server,
          servers.map(({ frame }) => frame.server),
        ),
      );
    const absent = flags.metric?.find((metric) => !view.frame.metrics.includes(metric));
    if (absent !== undefined) {
      throw new CommandError(`${server} has no ${absent}; it has ${view.frame.metrics.join(', ')}`);
    }
    const { isTTY, columns = DEFAULT_COLUMNS } = process.stdout;
    const canvas = {
      columns: Math.min(WIDEST, Math.max(NARROWEST, columns)),
      hasColor: isTTY === true && !process.env['NO_COLOR'],
    };
    process.stdout.write(`${renderServer(view, at, flags.metric, canvas)}\n`);
    return 0;
  } finally {
    await pipeline.close();
  }
}

const MOST_NAMES = 10;

function unknown(server: string, names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `no server ${server} in what the source has; it has ${names.length === 0 ? 'none' : `${some}${more}`}`;
}
