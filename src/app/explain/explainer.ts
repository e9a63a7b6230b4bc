/** Explanations of the newest cycle: one at a time, once per server and cycle, never of windows that are being changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Risk } from '../../core/flow.js';
import type { ExplainAnswer } from '../../exposition/explain.js';
import { type ExplainedCycle, explainServer } from './explainServer.js';

/** More would wait longer than people do. */
const MOST_WAITING = 8;
/** For the end of a cycle under way; a pull that hangs takes longer. */
const LONGEST_WAIT_MILLISECONDS = 15_000;

export class Explainer {
  #cycle: ExplainedCycle | undefined;
  /** Resolves when the windows are those of the newest cycle again; undefined while they are. */
  #changing: { readonly ended: Promise<void>; readonly end: () => void } | undefined;
  readonly #answers = new Map<string, Promise<ExplainAnswer>>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** The windows are about to change: what was served before cannot be run again. */
  begin(): void {
    if (this.#changing) return;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#changing = { ended, end };
  }

  /** A cycle ended. @param cycle  undefined if it failed: then nothing can be explained until the next */
  end(cycle: ExplainedCycle | undefined): void {
    if (this.#changing || cycle) this.#cycle = cycle;
    this.#answers.clear();
    this.#changing?.end();
    this.#changing = undefined;
  }

  /** Why a server has its risk. Never rejects. */
  explain(server: string): Promise<ExplainAnswer> {
    const known = this.#answers.get(server);
    if (known) return known;
    if (this.#waiting >= MOST_WAITING) {
      return Promise.resolve({ kind: 'busy', message: `${MOST_WAITING} explanations are waiting already` });
    }
    this.#waiting++;
    const answer = this.#last
      .then(() => this.#answer(server))
      .finally(() => {
        this.#waiting--;
      });
    this.#last = answer;
    this.#answers.set(server, answer);
    // What failed may be asked again.
    void answer.then(({ kind }) => {
      if (kind !== 'explained' && this.#answers.get(server) === answer) this.#answers.delete(server);
    });
    return answer;
  }

  async #answer(server: string): Promise<ExplainAnswer> {
    const { ended } = this.#changing ?? {};
    if (ended) await Promise.race([ended, sleep(LONGEST_WAIT_MILLISECONDS, undefined, { ref: false })]);
    if (this.#changing) return { kind: 'busy', message: 'a cycle is under way and takes long' };
    const cycle = this.#cycle;
    if (!cycle) return { kind: 'busy', message: 'the last cycle failed, and the windows have changed since' };
    const view = cycle.servers.find(({ frame }) => frame.server === server);
    if (!hasRisk(view)) return { kind: 'unscored' };
    try {
      return { kind: 'explained', explanation: await explainServer(view, cycle) };
    } catch (error) {
      // Whatever it is, the next server's explanation must not fail with it.
      return { kind: 'busy', message: (error as Error).message };
    }
  }
}

function hasRisk(view: ExplainedCycle['servers'][number] | undefined): view is typeof view & { readonly risk: Risk } {
  return view?.risk !== undefined;
}
