/** `data_dir` for one linborg at a time: two would cut off each other's pushed records and tear the audit log apart. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../../config/load.js';
import { CommandError } from '../../core/errors.js';
import { type FolderLock, lockFolder } from '../../files/folderLock.js';

export class DataFolder {
  readonly #folder: string;
  readonly #log: Logger;
  #lock: FolderLock | undefined;

  constructor({ retrain }: Pick<Config, 'retrain'>, log: Logger) {
    this.#folder = resolve(retrain.dataFolder);
    this.#log = log;
  }

  /**
   * Takes the folder if the configuration has linborg write there by itself. One that cannot be written to is said and no more: who
   * needs it says what is lost.
   * @throws CommandError if another linborg has it
   */
  async claim(config: Config): Promise<void> {
    if (!isWrittenTo(config)) return;
    try {
      await this.take();
    } catch (error) {
      if (error instanceof CommandError) throw error;
      this.#log.warn({ folder: this.#folder, reason: (error as Error).message }, 'data_dir cannot be written to');
    }
  }

  /**
   * Takes the folder before something is written to it that no configuration foretells: a person's choice of a model, past maintenance.
   * @throws CommandError if another linborg has it; what the system says if it cannot be written to
   */
  async take(): Promise<void> {
    if (this.#lock) return;
    await mkdir(this.#folder, { recursive: true });
    this.#lock = await lockFolder(this.#folder, 'give each linborg a data_dir of its own');
  }

  async release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }
}

function isWrittenTo({ push, policy, retrain }: Config): boolean {
  return push.isEnabled || policy.rules.length > 0 || retrain.when !== 'never';
}
