/** Remote-read requests as a Prometheus would send them. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Types of a LabelMatcher in prompb/types.proto. */
const EQUAL = 0;
const MATCHES = 2;

/**
 * A ReadRequest for `linborg_future` with these labels, over the whole of time.
 * @param func  of the hints; `series` asks for names alone
 */
export function futureRequest(labels: Readonly<Record<string, string | RegExp>>, func = ''): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
  writer.tag(2, WireType.Varint).int64(Number.MAX_SAFE_INTEGER);
  for (const [name, wanted] of Object.entries<string | RegExp>({ __name__: 'linborg_future', ...labels })) {
    writer.tag(3, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(typeof wanted === 'string' ? EQUAL : MATCHES);
    writer.tag(2, WireType.LengthDelimited).string(name);
    writer
      .tag(3, WireType.LengthDelimited)
      .string(typeof wanted === 'string' ? wanted : wanted.source)
      .join();
  }
  writer.tag(4, WireType.LengthDelimited).fork();
  writer.tag(2, WireType.LengthDelimited).string(func).join();
  return writer.join().finish();
}
