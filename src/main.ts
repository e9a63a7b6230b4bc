/** The command line's entry: arguments → command → exit code. */
import { runCommandLine } from './app/commandLine.js';
import { endWithOutput } from './app/output.js';

process.stdout.on('error', endWithOutput);
process.exitCode = await runCommandLine(process.argv.slice(2));
