/** What the OpenAPI document tells of one door: a path and a method of the router. */
import type { z } from 'zod';

export type DoorTag =
  | 'forecasts'
  | 'past'
  | 'state'
  | 'fleet'
  | 'push'
  | 'model'
  | 'actions'
  | 'prometheus'
  | 'pages'
  | 'document';

export interface DoorAnswer {
  readonly description: string;
  /** Of a JSON body; without it the body is of `type`. */
  readonly schema?: z.ZodType;
  /** Media types other than JSON, of texts. */
  readonly types?: readonly string[];
  readonly example?: unknown;
  /** Header → what it says; integers. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DoorBody {
  readonly description: string;
  readonly isRequired: boolean;
  /** Of a JSON body; without it the body is bytes of `type`. */
  readonly schema?: z.ZodType;
  readonly type?: string;
  readonly example?: unknown;
}

export interface Door {
  readonly method: 'get' | 'post' | 'put';
  /** As the router has it, e.g. `/predictions/:server`. */
  readonly path: string;
  readonly tag: DoorTag;
  readonly summary: string;
  readonly description?: string;
  /** `key`: wants the API key, or a client on this machine where none is configured. */
  readonly access: 'open' | 'key';
  /** Whether requests are counted per client. */
  readonly isLimited?: boolean;
  /** Path parameter → what it is, with an example. */
  readonly parameters?: Readonly<Record<string, { readonly description: string; readonly example: string }>>;
  readonly query?: z.ZodObject;
  readonly body?: DoorBody;
  /** By status. Those that come with access, limit and body are added. */
  readonly answers: Readonly<Record<number, DoorAnswer>>;
}
