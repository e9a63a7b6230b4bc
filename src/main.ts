/** The command line's entry: arguments → command → exit code. */
import { runCommandLine } from './app/commandLine.js';

process.exitCode = await runCommandLine(process.argv.slice(2));
