/** One class per decision that a caller makes. Every message says what failed, the value, what was expected, where. */

class LinborgError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The configuration is wrong: a person must edit it; a running process keeps the last good one. */
export class ConfigError extends LinborgError {}

/** A mapping pack is wrong: a person must edit it. */
export class PackError extends LinborgError {}

/** A source could not be read; the next cycle tries again. */
export class SourceError extends LinborgError {}

/** A model folder cannot be used; the last good model goes on. */
export class ModelError extends LinborgError {}

/** A file could not be written; what was there before it goes on. */
export class WriteError extends LinborgError {}

/** A reload failed when its sources and model served already: not all of the configuration is in force. */
export class PartialReloadError extends LinborgError {}

/** A command cannot run as asked (port in use, file missing): exit code 1 with the message alone. */
export class CommandError extends LinborgError {}
