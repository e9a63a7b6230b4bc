/** Long texts are made piece by piece, so that the event loop gets its turn while they grow. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** About a millisecond of work: a probe that arrives in between waits no longer. */
const CHUNK_CHARACTERS = 65_536;

export interface JoinedPieces<Result> {
  readonly text: Buffer;
  /** What the generator returned. */
  readonly result: Result;
}

/** Joins the pieces into one UTF-8 text; `onChunk` sees its bytes in order. */
export async function joinPieces<Result>(
  pieces: Generator<string, Result>,
  onChunk: (chunk: Buffer) => void = () => {},
): Promise<JoinedPieces<Result>> {
  const chunks: Buffer[] = [];
  let pending = '';
  const flush = () => {
    const chunk = Buffer.from(pending);
    pending = '';
    onChunk(chunk);
    chunks.push(chunk);
  };
  let piece = pieces.next();
  for (; !piece.done; piece = pieces.next()) {
    pending += piece.value;
    if (pending.length < CHUNK_CHARACTERS) continue;
    flush();
    await nextTurn();
  }
  flush();
  return { text: Buffer.concat(chunks), result: piece.value };
}
