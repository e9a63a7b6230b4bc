/** The commands and their flags; each command's work lies in a file of its own, loaded when it is called. */
import { Command, CommanderError } from 'commander';
import { CommandError, ConfigError, ModelError, PackError, SourceError, WriteError } from '../core/errors.js';
import { packageVersion } from './package.js';

/** Errors that say all there is to say: their message is enough for a person. */
const EXPECTED_ERRORS = [CommandError, ConfigError, ModelError, PackError, SourceError, WriteError];

/**
 * Runs one command.
 * @param args  without the program's name
 * @returns the exit code: 0 done, 1 failed with a message, 2 wrong use
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram(`linborg ${args.join(' ')}`, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (EXPECTED_ERRORS.some((kind) => error instanceof kind)) {
      process.stderr.write(`linborg: ${(error as Error).message}\n`);
    } else {
      process.stderr.write(`linborg: unexpected fault, please report it\n${(error as Error).stack ?? String(error)}\n`);
    }
    return 1;
  }
}

/** Takes the exit code of the command that ran. */
type Exit = (code: number) => void;

const CONFIG_FLAG = ['--config.file <path>', 'configuration file', 'linborg.yml'] as const;

/** @param typed the whole command as it was typed */
function createProgram(typed: string, exit: Exit): Command {
  const program = new Command('linborg')
    .description('forecasts server metrics out of Prometheus, hours ahead, and gives risk scores back as metrics')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('(linborg --help lists the commands)');
  addServe(program, exit);
  addDryRun(program, exit);
  addCheck(program, exit);
  addTrain(program, exit, typed);
  addBacktest(program, exit, typed);
  addSimulate(program, exit);
  addDemo(program, exit);
  addShow(program, exit);
  addFeed(program, exit);
  addStack(program, exit);
  addBench(program, exit);
  addAudit(program, exit);
  addModel(program, exit);
  addVersion(program, exit);
  return program;
}

function addServe(program: Command, exit: Exit): void {
  program
    .command('serve')
    .description('pull, forecast, and serve /metrics and the status page')
    .option(...CONFIG_FLAG)
    .option('--web.listen-address <address>', 'overrides web.listen_address')
    .option('--log.level <level>', 'debug, info, warn or error', 'info')
    .action(async (flags) => exit(await (await import('./commands/serve.js')).serve(flags)));
}

function addDryRun(program: Command, exit: Exit): void {
  program
    .command('dry-run')
    .description('one cycle: print the records, their validation and the risks; serve nothing')
    .option(...CONFIG_FLAG)
    .option('--limit <servers>', 'print at most this many servers', '10')
    .action(async (flags) => exit(await (await import('./commands/dryRun.js')).dryRun(flags)));
}

function addCheck(program: Command, exit: Exit): void {
  const check = program.command('check').description('check a configuration, or what Prometheus has for it');
  check
    .command('config')
    .description('check a configuration file, every fault with its line')
    .argument('[file]', 'configuration file', 'linborg.yml')
    .action(async (file) => exit(await (await import('./commands/check.js')).checkConfig(file)));
  check
    .command('mappings')
    .description('ask Prometheus for each of the 14 metrics: servers, gaps, staleness, units, with the PromQL to paste')
    .option(...CONFIG_FLAG)
    .option('--suggest', 'propose packs, selectors and labels for what Prometheus has, as YAML to paste')
    .option('--url <url>', 'with --suggest: the Prometheus to look at, where there is no configuration yet')
    .action(async (flags) => exit(await (await import('./commands/check.js')).checkMappings(flags)));
}

function addTrain(program: Command, exit: Exit, typed: string): void {
  program
    .command('train')
    .description('train a model, or fine-tune one to your own fleet (--base), measure it and write its folder')
    .requiredOption('--from <source...>', '"csv DIR [DIR…]" (folders of traces) or "prometheus" (with --config.file)')
    .option(...CONFIG_FLAG)
    .option('--days <days>', 'days of history to read from Prometheus', '30')
    .option('--out <dir>', 'model folder to write', 'models/trained')
    .option('--base <dir>', 'fine-tune this model, e.g. models/default; where nothing is gained its weights stay')
    .option('--average <parts...>', 'DIR=SHARE: learn nothing, but take the mean of the weights of these models')
    .option('--only <part>', 'incident-head: keep the network of --base and train nothing but a new incident head')
    .option('--evaluate <dir...>', 'more trace folders to measure accuracy on, not trained on')
    .option('--leave-out <names...>', 'data sets of --from to measure accuracy on only')
    .option('--exclude <file>', 'CSV server,from,to,reason (* = all servers): spans never learnt from or measured on')
    .option('--hold-out <share>', 'share at the end of each series that is only measured on', '0.3')
    .option('--share <shares...>', 'NAME=SHARE: share of the draws that a data set gets, instead of by its size')
    .option(
      '--augment-shifts <share>',
      'lay level shifts of any age and size over this share of the windows (0.04, days old)',
    )
    .option('--steps <steps>', 'training steps of 128 windows (8000; with --base 1000)')
    .option('--patience <validations>', 'validations without a better loss that end the learning (8; with --base 4)')
    .option('--minutes <minutes>', 'learn no longer than this; reading and measuring come on top')
    .option('--network <kind>', '"tft" (the default), or "perceptron": the yardstick on the same inputs')
    .option('--hidden <width>', 'hidden width of the network (tft 32, perceptron 96)')
    .option(
      '--notch <tokens>',
      'tokens that the filter on the output averages over, 0 = none (8; with --base as it has)',
    )
    .option('--seed <seed>', 'seed of weights and draws', '1')
    .option('--threads <threads>', 'threads of the native engine', '1')
    .option('--resume', 'go on from the checkpoint that a stop (Ctrl-C) has left in --out')
    .action(async (flags) => exit(await (await import('./commands/train.js')).train(flags, typed)));
}

function addBacktest(program: Command, exit: Exit, typed: string): void {
  program
    .command('backtest')
    .description(
      'replay recorded history through the pipeline of serve and score every forecast: would it have helped?',
    )
    .requiredOption('--from <source...>', '"csv DIR [DIR…]" (folders of traces) or "prometheus" (with --config.file)')
    .option('--config.file <path>', 'configuration file (for prometheus linborg.yml; for csv the defaults)')
    .option('--days <days>', 'days of origins to read from Prometheus', '14')
    .option('--model <name>', 'model to judge: a name in models/ or a path', 'default')
    .option('--origins <count>', 'forecasts to score per series, spread evenly', '30')
    .option('--last <share>', 'share of each trace, at its end, that is forecast (0.3; for prometheus by --days)')
    .option('--start-at <time>', 'epoch seconds from which to forecast, instead of --last')
    .option('--baselines', 'also write the forecasts of the methods by hand: baselines.csv.gz')
    .option('--risk', 'also write the risk every 15 minutes: risk.csv')
    .option('--incidents', 'score alarms against breaches and labels.csv; also write incidents.csv')
    .option('--threshold <limit...>', 'limits of this run, such as cpu_idle_pct=10 mem_used_pct=90')
    .option(
      '--exclude <file>',
      'CSV server,from,to,reason (* = all servers): spans that nothing is learnt from and no alarm is judged in',
    )
    .option('--compare-rules <file>', 'compare with the alerts of a Prometheus rule file over the same history')
    .option('--yardstick <path>', 'second model to compare with, or none (models/perceptron if it is there)')
    .option('--servers <count>', 'at most this many servers of each data set')
    .option('--workers <count>', 'threads that forecast', '2')
    .requiredOption('--out <dir>', 'folder to write')
    .action(async (flags) => exit(await (await import('./commands/backtest.js')).backtest(flags, typed)));
}

function addSimulate(program: Command, exit: Exit): void {
  program
    .command('simulate')
    .description('a simulated fleet: served as node_exporter would, or its history written out')
    .option('--servers <count>', 'servers in the fleet')
    .option('--seed <seed>', 'seed of the fleet')
    .option('--days <days>', 'days of history for --remote-write and --csv')
    .option('--scenarios-per-server-week <rate>', 'incidents of its own that each server has per week')
    .option('--scenarios <kinds>', 'only these kinds of incidents, apart by commas, such as memory_leak,level_shift')
    .option('--end <time>', 'end of the history: epoch seconds or ISO 8601 (now)')
    .option('--demo', 'place incidents around the end of the history')
    .option('--interval <duration>', 'time between samples of --remote-write')
    .option('--listen <address>', 'serve the fleet here (127.0.0.1:8001 if there is no other output)')
    .option('--remote-write <url>', 'write the history to this remote-write receiver')
    .option('--csv <dir>', 'write the history as CSV traces, with labels.csv')
    .action(async (flags) => exit(await (await import('./commands/simulate.js')).simulate(flags)));
}

function addDemo(program: Command, exit: Exit): void {
  program
    .command('demo')
    .description('a real Prometheus with 8 days of a simulated fleet, and linborg on it')
    .option('--once', 'check that risk and forecasts were recorded, print the table, and end')
    .option('--servers <count>', 'servers in the fleet', '20')
    .option('--dir <dir>', 'where its data lies', 'build/demo')
    .option('--prometheus-port <port>', 'port of Prometheus', '9090')
    .option('--linborg-port <port>', 'port of linborg', '9877')
    .option('--simulator-port <port>', 'port of the simulated fleet', '8001')
    .action(async (flags) => exit(await (await import('./commands/demo.js')).demo(flags)));
}

function addShow(program: Command, exit: Exit): void {
  program
    .command('show')
    .description('draw past and forecast of one server in the terminal, from one cycle; serve nothing')
    .argument('<server>', 'its name')
    .option(...CONFIG_FLAG)
    .option('--metric <names...>', 'metrics to draw, also apart by commas (those that carry the risk)')
    .action(async (server, flags) => exit(await (await import('./commands/show.js')).show(server, flags)));
}

function addFeed(program: Command, exit: Exit): void {
  program
    .command('feed')
    .description('bring what another system has to the door of a linborg: /feed/data')
    .argument('<kind>', 'what to read: elasticsearch, mongodb, rest, file, zabbix or influxdb')
    .option('--config <path>', 'what to read, what it means and where it goes', 'feed.yml')
    .option('--test', 'read once, print the records and what is missing, send nothing (so it is without --live, too)')
    .option('--limit <records>', 'records that --test prints at most', '10')
    .option('--live', 'read, send, and go on until a signal')
    .option('--once', 'with --live: end when all that is there now has been read and sent')
    .option('--log.level <level>', 'debug, info, warn or error', 'info')
    .action(async (kind, flags) => exit(await (await import('./commands/feed.js')).feed(kind, flags)));
}

function addStack(program: Command, exit: Exit): void {
  const stack = program
    .command('stack')
    .description('the monitoring stack without containers: Prometheus, Alertmanager, node_exporter, Grafana, linborg');
  const DIR_FLAG = ['--dir <dir>', 'where its configuration, data and logs lie', 'build/stack'] as const;
  stack
    .command('up')
    .description('start what is installed and does not run yet')
    .option(...DIR_FLAG)
    .option('--prometheus-port <port>', 'port of Prometheus', '9090')
    .option('--alertmanager-port <port>', 'port of Alertmanager', '9093')
    .option('--node-exporter-port <port>', 'port of node_exporter', '9100')
    .option('--process-exporter-port <port>', 'port of process-exporter', '9256')
    .option('--blackbox-exporter-port <port>', 'port of blackbox_exporter', '9115')
    .option('--grafana-port <port>', 'port of Grafana', '3000')
    .option('--linborg-port <port>', 'port of linborg', '9877')
    .action(async (flags) => exit(await (await import('./commands/stack.js')).stackUp(flags)));
  stack
    .command('test')
    .description('check each part and print a table: 0 if all is well')
    .option(...DIR_FLAG)
    .option('--timeout <duration>', 'how long to wait for what is not so yet', '2m')
    .action(async (flags) => exit(await (await import('./commands/stack.js')).stackTest(flags)));
  stack
    .command('down')
    .description('end what up started')
    .option(...DIR_FLAG)
    .action(async (flags) => exit(await (await import('./commands/stack.js')).stackDown(flags)));
}

function addBench(program: Command, exit: Exit): void {
  program
    .command('bench')
    .description(
      'measure forecasting speed, cycles of growing fleets and what their parts add, scrapes, event-loop delay and pushed records',
    )
    .option('--out <file>', 'where the figures go', 'build/bench.json')
    .option('--servers <counts>', 'fleet sizes of the cycles and of the watch over the fleet', '100,1000,10000')
    .option('--parts <count>', 'fleet size of the cycles with and without incident head, ledger and watch', '100')
    .option('--only <kinds>', 'some of these, apart by commas', 'inference,cycles,parts,watch,reads,push,start')
    .action(async (flags) => exit(await (await import('./commands/bench.js')).bench(flags)));
}

function addAudit(program: Command, exit: Exit): void {
  program
    .command('audit')
    .description('the audit log of actions')
    .command('verify')
    .description(
      'check that no entry of the audit log was changed, left out or put in: 0 if so, 1 with the first bad line',
    )
    .argument('[file]', 'one file of the log (all of the data_dir of the configuration)')
    .option(...CONFIG_FLAG)
    .action(async (file, flags) => exit(await (await import('./commands/audit.js')).verifyAuditLog(file, flags)));
}

function addModel(program: Command, exit: Exit): void {
  program
    .command('model')
    .description('what is said of a model')
    .command('left-out')
    .description("record in a model's card how models trained without a data set fare on it")
    .argument('<model>', 'model folder, or its name in models/')
    .argument('<dir...>', 'folders of models that were trained without a data set')
    .action(async (model, folders) =>
      exit(await (await import('./commands/leftOut.js')).recordLeftOut(model, folders)),
    );
}

function addVersion(program: Command, exit: Exit): void {
  program
    .command('version')
    .description('versions of linborg, Node and the engine')
    .action(async () => exit(await (await import('./commands/version.js')).version()));
}
