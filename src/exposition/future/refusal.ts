/** A request that cannot be answered, and what the one who asked can do about it. */
export class ReadRefusal extends Error {
  /** HTTP status, 4xx. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ReadRefusal';
    this.status = status;
  }
}
