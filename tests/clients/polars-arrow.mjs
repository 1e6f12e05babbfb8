// Reads and writes Arrow IPC with Polars.
//
//   node polars-arrow.mjs read FILE            prints the rows, each as a JSON array of text
//   node polars-arrow.mjs write FILE CODEC     writes 1000 rows (i: i, t: "text i % 7", d: i / 4, nulls where i % 11 = 0) uncompressed, lz4 or zstd
import { readFileSync } from 'node:fs';
import pl from 'nodejs-polars';

const [verb, file, compression] = process.argv.slice(2);
if (verb === 'read') {
  const bytes = readFileSync(file), frame = file.endsWith('s') ? pl.readIPCStream(bytes) : pl.readIPC(bytes);
  for (const row of frame.rows()) console.log(JSON.stringify(row.map(text)));
} else {
  const numbers = Array.from({ length: 1000 }, (_, i) => i), unless = (i, value) => i % 11 === 0 ? null : value;
  const frame = pl.DataFrame([
    pl.Series('i', numbers, pl.Int64),
    pl.Series('t', numbers.map(i => unless(i, `text ${i % 7} that is not short`)), pl.Utf8),
    pl.Series('d', numbers.map(i => unless(i, i / 4)), pl.Float64),
  ]);
  (file.endsWith('s') ? frame.writeIPCStream : frame.writeIPC).call(frame, file, { compression });
}

function text(value) {
  return value === null || value === undefined ? null : Array.isArray(value) ? value.map(text) : value instanceof Date ? String(value.getTime() / 86400000) : String(value);
}
