/** Zabbix' JSON-RPC API, from 6.0 on. */
import { z } from 'zod';
import { jsonOf } from '../../../http/jsonOf.js';
import { type HttpAnswer, retryAfterSeconds, sendRequest } from '../../../http/request.js';
import { readSecretFile } from '../../../http/secretFile.js';
import { createTransport, type Transport } from '../../../http/transport.js';
import { ReadError } from '../../reader.js';
import type { ZabbixOptions } from './options.js';

const answerSchema = z.union([
  z.object({ result: z.unknown() }),
  z.object({ error: z.object({ message: z.string(), data: z.string().default('') }) }),
]);

/** From here on tokens go in a header; in 7.2 the property `auth` is gone. */
const BEARER_SINCE = [6, 4] as const;

/** Says so in each version: `Session terminated, re-login, please.`, `Not authorised.`, `Not authorized.` */
const LOGGED_OUT = /re-?login|not authori[sz]ed/i;

interface Call {
  readonly method: string;
  readonly params: unknown;
  readonly token?: string | undefined;
}

export class ZabbixApi {
  readonly #options: ZabbixOptions;
  readonly #transport: Transport;
  readonly #clock: () => number;
  #version: readonly [number, number] | undefined;
  /** Of the session, where there is no API token. */
  #session: string | undefined;

  private constructor(options: ZabbixOptions, transport: Transport, clock: () => number) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
  }

  /** Asks for nothing yet. Throws SourceError for TLS files that cannot be read. */
  static async open(options: ZabbixOptions, clock: () => number): Promise<ZabbixApi> {
    return new ZabbixApi(options, await createTransport(options, 2), clock);
  }

  /**
   * The result of a method, as the schema reads it; a session that has ended is begun anew, once.
   * @throws ReadError if the API cannot be reached, refuses, or answers in another form
   */
  async call<T extends z.ZodType>(
    method: string,
    params: unknown,
    result: T,
    signal: AbortSignal,
  ): Promise<z.output<T>> {
    this.#version ??= await this.#askVersion(signal);
    let found: unknown;
    try {
      found = await this.#send({ method, params, token: await this.#token(signal) }, signal);
    } catch (error) {
      if (this.#session === undefined || !(error instanceof ReadError) || !LOGGED_OUT.test(error.message)) throw error;
      this.#session = undefined;
      found = await this.#send({ method, params, token: await this.#token(signal) }, signal);
    }
    const checked = result.safeParse(found);
    if (checked.success) return checked.data;
    throw new ReadError(`${this.#place()} answered ${method} in a form that is not known: ${checked.error.message}`);
  }

  /** Ends the session, where there is one, and the connections. */
  async close(): Promise<void> {
    if (this.#session !== undefined)
      await this.#send({ method: 'user.logout', params: [], token: this.#session }, new AbortController().signal).catch(
        // A session that cannot be ended now ends by itself.
        (error: unknown) => error,
      );
    this.#transport.close();
  }

  async #askVersion(signal: AbortSignal): Promise<readonly [number, number]> {
    const text = z.string().parse(await this.#send({ method: 'apiinfo.version', params: [] }, signal));
    const [major = 0, minor = 0] = text.split('.').map(Number);
    if (major < 6) throw new ReadError(`${this.#place()} is Zabbix ${text}; expected 6.0 or later`);
    return [major, minor];
  }

  /** The API token, or that of a session. */
  async #token(signal: AbortSignal): Promise<string> {
    const { token, token_file: tokenFile, username, password, password_file: passwordFile } = this.#options;
    const given = token?.reveal() ?? (await readSecretFile(tokenFile, 'zabbix.token_file'));
    if (given !== undefined) return given;
    const word = password?.reveal() ?? (await readSecretFile(passwordFile, 'zabbix.password_file'));
    const call = { method: 'user.login', params: { username, password: word } };
    this.#session ??= z.string().parse(await this.#send(call, signal));
    return this.#session;
  }

  async #send({ method, params, token }: Call, signal: AbortSignal): Promise<unknown> {
    const isBearer = token !== undefined && this.#takesBearer();
    const request = {
      jsonrpc: '2.0',
      method,
      params,
      id: 1,
      ...(token === undefined || isBearer ? {} : { auth: token }),
    };
    const answer = await sendRequest(this.#transport, {
      method: 'POST',
      url: new URL(`${this.#options.url}/api_jsonrpc.php`),
      headers: { 'Content-Type': 'application/json-rpc', ...(isBearer ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(request),
      timeoutSeconds: this.#options.timeout,
      signal,
    }).catch((cause: Error) => {
      if (signal.aborted) throw signal.reason;
      throw new ReadError(`${this.#place()} cannot be reached (${cause.message})`, { cause });
    });
    return this.#resultOf(method, answer);
  }

  #resultOf(method: string, { status, headers, body }: HttpAnswer): unknown {
    if (status !== 200)
      throw new ReadError(
        `${this.#place()} answered ${status}; is zabbix.url where the front end is? ${body.slice(0, 200)}`,
        {
          retryAfterSeconds: retryAfterSeconds(headers, this.#clock()),
        },
      );
    const answer = answerSchema.safeParse(jsonOf(body));
    if (!answer.success)
      throw new ReadError(
        `${this.#place()} answered no JSON-RPC; is zabbix.url where the front end is? ${body.slice(0, 200)}`,
      );
    if ('error' in answer.data) {
      const { message, data } = answer.data.error;
      throw new ReadError(`${this.#place()} refused ${method}: ${message} ${data}`.trim());
    }
    return answer.data.result;
  }

  #takesBearer(): boolean {
    const [major, minor] = this.#version ?? [0, 0];
    return major > BEARER_SINCE[0] || (major === BEARER_SINCE[0] && minor >= BEARER_SINCE[1]);
  }

  #place(): string {
    return `Zabbix at ${this.#options.url}`;
  }
}
