/** Hands actions over: a few at a time, with retries, and never for longer than they are valid. */
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Action, DeliveryOutcome } from '../../core/action.js';
import type { Random } from '../../core/random.js';
import { withDeadline } from '../../http/deadline.js';
import type { PolicyTarget } from '../../policy/targetOptions.js';
import { headersFor, requestFor, type TargetRequest } from './requests.js';

export interface Delivery {
  readonly outcome: DeliveryOutcome;
  /** In words. */
  readonly message: string;
  readonly tries: number;
}

export interface SenderParts {
  readonly random: Random;
  /** Epoch seconds now. */
  readonly clock: () => number;
  /** Before the second try; it doubles from one to the next. */
  readonly firstPauseSeconds?: number;
}

/** Requests under way at once: executors are small programs. */
const MAX_ACTIVE = 8;
/** Actions that are being handed over or wait for it. */
const MAX_QUEUED = 100;
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 30;

/** Answers that may be different in a while. */
const PASSING_STATUSES = [408, 425, 429];
/** What a gateway says of a target that gave it no answer. */
const UNANSWERED_STATUSES = [502, 504];
/** Failures before anything was sent. */
const UNSENT_CODES = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

type Attempt =
  | { readonly kind: 'delivered'; readonly message: string }
  /** `isCertain`: it was not taken. */
  | { readonly kind: 'failed'; readonly message: string; readonly isCertain: boolean; readonly isFinal: boolean };

export class Sender {
  readonly #parts: SenderParts;
  readonly #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  get freeSlots(): number {
    return MAX_QUEUED - this.#active - this.#waiting.length;
  }

  /**
   * Hands an action over; never rejects.
   * @param validUntil  epoch seconds after which it is not tried again
   */
  async send(action: Action, target: PolicyTarget, validUntil: number): Promise<Delivery> {
    if (this.#active < MAX_ACTIVE) this.#active++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#tryAll(action, target, validUntil);
    } finally {
      // The next one takes the place over.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#active--;
    }
  }

  /** Ends what is under way; what was being sent may have arrived. */
  close(): void {
    this.#closing.abort();
  }

  async #tryAll(action: Action, target: PolicyTarget, validUntil: number): Promise<Delivery> {
    const request = requestFor(target, action, validUntil);
    let isCertain = true;
    for (let tries = 1; ; tries++) {
      if (this.#closing.signal.aborted) return ended(isCertain, 'linborg was stopped', tries - 1);
      const attempt = await this.#attempt(action, target, request);
      if (attempt.kind === 'delivered') return { outcome: 'delivered', message: attempt.message, tries };
      isCertain &&= attempt.isCertain;
      if (attempt.isFinal || tries >= target.tries) return ended(isCertain, attempt.message, tries);
      const pauseSeconds = this.#pauseSeconds(tries);
      if (this.#parts.clock() + pauseSeconds >= validUntil) {
        return ended(isCertain, `${attempt.message}; it is not valid any more`, tries);
      }
      await sleepFor(1000 * pauseSeconds, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
    }
  }

  async #attempt(action: Action, target: PolicyTarget, request: TargetRequest): Promise<Attempt> {
    let headers: Headers;
    try {
      headers = checkedHeaders(await headersFor(target, action, request, this.#parts.clock()));
    } catch (error) {
      return { kind: 'failed', message: (error as Error).message, isCertain: true, isFinal: false };
    }
    try {
      const status = await withDeadline(target.timeoutSeconds, this.#closing.signal, (signal) =>
        post({ ...request, headers, signal }),
      );
      return judgeStatus(target, status);
    } catch (error) {
      return explainFailure(target, error as Error);
    }
  }

  /** Doubles, shortened by up to half at random so that not all come back at once. */
  #pauseSeconds(tried: number): number {
    const { random, firstPauseSeconds = FIRST_PAUSE_SECONDS } = this.#parts;
    return Math.min(LONGEST_PAUSE_SECONDS, firstPauseSeconds * 2 ** (tried - 1)) * (0.5 + random() / 2);
  }
}

/** The status of the answer. */
async function post({ url, ...request }: TargetRequest & Pick<RequestInit, 'headers' | 'signal'>): Promise<number> {
  // A redirect leads to an address that nobody allowed.
  const response = await fetch(url, { method: 'POST', redirect: 'manual', ...request });
  await response.body?.cancel();
  return response.status;
}

/** What fetch says of a header that is none holds its value. */
function checkedHeaders(written: Readonly<Record<string, string>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(written)) {
    try {
      headers.set(name, value);
    } catch {
      throw new Error(`the header ${name} cannot be sent; expected its secret to be one line of plain characters`);
    }
  }
  return headers;
}

function ended(isCertain: boolean, message: string, tries: number): Delivery {
  return { outcome: isCertain ? 'failed' : 'unknown', message, tries };
}

function judgeStatus({ name }: PolicyTarget, status: number): Attempt {
  if (status >= 200 && status < 300) return { kind: 'delivered', message: `${name} answered ${status}` };
  const isRedirect = status >= 300 && status < 400;
  const message = `${name} answered ${status}${isRedirect ? '; redirects are not followed' : ''}`;
  const isCertain = !UNANSWERED_STATUSES.includes(status);
  return { kind: 'failed', message, isCertain, isFinal: status < 500 && !PASSING_STATUSES.includes(status) };
}

function explainFailure({ name, timeoutSeconds }: PolicyTarget, error: Error): Attempt {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const isCertain = UNSENT_CODES.includes(cause?.code ?? '');
  const words =
    error.name === 'TimeoutError'
      ? `did not answer within ${timeoutSeconds} s`
      : error.name === 'AbortError'
        ? 'had not answered when linborg was stopped'
        : `cannot be reached (${cause?.code ?? cause?.message ?? error.message})`;
  return { kind: 'failed', message: `${name} ${words}`, isCertain, isFinal: false };
}
