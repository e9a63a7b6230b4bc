const MASK = '<secret>';
/** What console.log and node:util's inspect ask an object for; core imports nothing of Node. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A value that prints, logs and serialises as `<secret>`; only `reveal` gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [INSPECT](): string {
    return MASK;
  }
}
