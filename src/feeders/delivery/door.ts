/** The door of linborg: POST /feed/data, and what its answers mean. */
import { z } from 'zod';
import { jsonOf } from '../../http/jsonOf.js';
import { type HttpAnswer, retryAfterSeconds, sendRequest } from '../../http/request.js';
import { readSecretFile } from '../../http/secretFile.js';
import { createTransport, type Transport } from '../../http/transport.js';
import type { DoorOptions } from '../options.js';
import type { LinborgRecord } from '../records/record.js';

export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly accepted: number;
      readonly rejected: number;
      /** What was wrong with the rejected ones; a door of the first generation says nothing of that. */
      readonly messages: readonly string[];
    }
  /** The door says what is wrong with records of this batch, and took none of them. */
  | { readonly kind: 'invalid'; readonly messages: readonly string[] }
  /** The batch is larger than the door takes. */
  | { readonly kind: 'too_large'; readonly message: string }
  /** It may work in a while: no connection, 429, 5xx. */
  | { readonly kind: 'away'; readonly message: string; readonly retryAfterSeconds: number | undefined }
  /** A person must act: key, address, a proxy in between. */
  | { readonly kind: 'refused'; readonly message: string };

const acceptedAnswer = z.object({
  accepted: z.number().optional(),
  rejected: z.number().optional(),
  errors: z.array(z.string()).optional().catch(undefined),
});
const invalidAnswer = z.object({
  errors: z.array(z.unknown()).optional(),
  detail: z.array(z.unknown()).optional().catch(undefined),
});

export class Door {
  readonly #options: DoorOptions;
  readonly #transport: Transport;
  readonly #clock: () => number;

  private constructor(options: DoorOptions, transport: Transport, clock: () => number) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
  }

  /** Throws SourceError for TLS files that cannot be read. */
  static async open(options: DoorOptions, clock: () => number): Promise<Door> {
    return new Door(options, await createTransport(options, 1), clock);
  }

  /** Hands records over; an aborted signal and a lost connection are `away`. */
  async post(records: readonly LinborgRecord[], signal: AbortSignal): Promise<Outcome> {
    const { url, timeout, api_key: key, api_key_file: keyFile } = this.#options;
    try {
      const apiKey = key?.reveal() ?? (await readSecretFile(keyFile, 'linborg.api_key_file'));
      const answer = await sendRequest(this.#transport, {
        method: 'POST',
        url: new URL(`${url}/feed/data`),
        headers: { 'Content-Type': 'application/json', ...(apiKey === undefined ? {} : { 'X-API-Key': apiKey }) },
        body: JSON.stringify({ records }),
        timeoutSeconds: timeout,
        signal,
      });
      return this.#outcomeOf(answer, records.length);
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      return { kind: 'away', message: `${url} cannot be reached (${message || code})`, retryAfterSeconds: undefined };
    }
  }

  close(): void {
    this.#transport.close();
  }

  #outcomeOf(answer: HttpAnswer, sent: number): Outcome {
    const { status, headers, body } = answer;
    const message = `${this.#options.url}/feed/data answered ${status}: ${body.slice(0, 300)}`;
    if (status === 200 || status === 202) {
      const said = acceptedAnswer.safeParse(jsonOf(body));
      if (!said.success) return { kind: 'refused', message: `${message}; expected the answer of linborg's door` };
      const { rejected = 0, accepted = sent - rejected, errors: messages = [] } = said.data;
      return { kind: 'accepted', accepted, rejected, messages };
    }
    if (status === 422) return { kind: 'invalid', messages: messagesOf(body) };
    if (status === 413) return { kind: 'too_large', message };
    if (status === 429 || status === 408 || status >= 500)
      return { kind: 'away', message, retryAfterSeconds: retryAfterSeconds(headers, this.#clock()) };
    return { kind: 'refused', message };
  }
}

/** `detail` says of each fault where it is; the first generation has `errors` only. */
function messagesOf(body: string): string[] {
  const said = invalidAnswer.safeParse(jsonOf(body));
  const { detail = [], errors = [] } = said.success ? said.data : {};
  const messages = [...detail, ...errors].map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return messages.length > 0 ? messages : [body.slice(0, 1000)];
}
