/** One benchmark in a child process: the task comes as an argument, progress and figures go back as messages. */
import { measureParts } from './cycleParts.js';
import { measureCycles } from './fleetCycle.js';
import { measureReads } from './fleetReads.js';
import { measureWatch } from './fleetWatch.js';
import { measureInference } from './inference.js';
import { measurePush } from './pushRate.js';
import { measureStart } from './startUp.js';

export type BenchTask =
  | { readonly kind: 'inference'; readonly engine: 'native' | 'wasm'; readonly modelPath: string }
  | { readonly kind: 'cycles'; readonly servers: number; readonly cycles: number; readonly modelPath: string }
  | { readonly kind: 'parts'; readonly servers: number; readonly moments: number; readonly modelPath: string }
  | { readonly kind: 'watch'; readonly servers: number }
  | { readonly kind: 'reads'; readonly servers: number }
  | { readonly kind: 'start'; readonly servers: number; readonly megabytes: number }
  | { readonly kind: 'push'; readonly servers: number; readonly rate: number; readonly minutes: number };

const send = (message: object) => process.send?.(message);
const onProgress = (progress: string) => send({ progress });

function run(task: BenchTask) {
  switch (task.kind) {
    case 'inference':
      return measureInference(task.engine, task.modelPath);
    case 'cycles':
      return measureCycles(task.servers, task.cycles, task.modelPath, onProgress);
    case 'parts':
      return measureParts(task.servers, task.moments, task.modelPath, onProgress);
    case 'watch':
      return measureWatch(task.servers, onProgress);
    case 'reads':
      return measureReads(task.servers, onProgress);
    case 'start':
      return measureStart(task, onProgress);
    case 'push':
      return measurePush(task, onProgress);
  }
}

try {
  send({ figures: await run(JSON.parse(process.argv[2]!) as BenchTask) });
} catch (error) {
  // What is still open, such as a server, would keep the process alive.
  process.send?.({ failure: (error as Error).message }, () => process.exit(1));
}
process.disconnect?.();
