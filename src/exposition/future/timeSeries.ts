/** A series as Prometheus' remote protocols write it: TimeSeries of prompb/types.proto. */
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Label } from './futureSeries.js';

/** Calls `visit` for each sample: epoch milliseconds and value. */
export type Samples = (visit: (milliseconds: number, value: number) => void) => void;

/** Writes a series as field 1 of the message that is open: so it stands in a QueryResult and in a WriteRequest. */
export function writeTimeSeries(writer: BinaryWriter, labels: readonly Label[], samples: Samples): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  for (const [name, value] of labels) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).string(value).join();
  }
  samples((milliseconds, value) => {
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Bit64).double(value);
    writer.tag(2, WireType.Varint).int64(milliseconds).join();
  });
  writer.join();
}
