/**
 * Runs `work` on the items, at most `limit` at a time, and yields results as they come. It begins an item only when the
 * consumer asks for more, so that results do not pile up. An error of `work` ends the iteration.
 */
export async function* inParallel<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const queue = items[Symbol.iterator]();
  const running = new Map<number, Promise<{ id: number; result: R }>>();
  let nextId = 0;
  for (;;) {
    while (running.size < limit) {
      const { value, done } = queue.next();
      if (done) break;
      const id = nextId++;
      running.set(
        id,
        work(value).then((result) => ({ id, result })),
      );
    }
    if (running.size === 0) return;
    const { id, result } = await Promise.race(running.values());
    running.delete(id);
    yield result;
  }
}
