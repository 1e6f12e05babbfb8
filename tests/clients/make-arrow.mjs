// Writes Arrow files with apache-arrow, of types that the engine reads but never writes, each with its rows in x.expected.jsonl.
//
//   node make-arrow.mjs FOLDER
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as arrow from 'apache-arrow';
import { rows } from './arrow-values.mjs';

const [folder] = process.argv.slice(2);
const { Field } = arrow;
const longs = [1n, null, -2n, 86400000n * 400n + 5n, -86400001n];
const listOf = (type, ...items) => arrow.vectorFromArray(items, type);

const columns = {
  half: arrow.vectorFromArray([1.5, null, -0.25, 65504, 0], new arrow.Float16()),
  date_ms: arrow.vectorFromArray([new Date(0), null, new Date(86400000 * 20000), new Date(-86400000), new Date(86400000)], new arrow.DateMillisecond()),
  time_s: arrow.vectorFromArray([1, null, 86399, 0, 2], new arrow.TimeSecond()),
  time_ms: arrow.vectorFromArray([1, null, 86399999, 0, 2], new arrow.TimeMillisecond()),
  time_ns: arrow.vectorFromArray([1000n, null, 86399999999000n, 0n, 2999n], new arrow.TimeNanosecond()),
  timestamp_s: raw(new arrow.TimestampSecond(), longs),
  timestamp_ms: raw(new arrow.TimestampMillisecond('Europe/Berlin'), longs),
  timestamp_ns: raw(new arrow.TimestampNanosecond(), longs),
  duration_s: raw(new arrow.DurationSecond(), longs),
  duration_ns: raw(new arrow.DurationNanosecond(), longs),
  year_month: raw32(new arrow.IntervalYearMonth(), [1, -13, 24, 0, 5]),
  day_time: raw32(new arrow.IntervalDayTime(), [1, 500, -3, -1, 0, 0, 7, 86400000, 2, 2]),
  large_utf8: arrow.vectorFromArray(['a', null, 'größer als zwölf Zeichen', '', 'x'], new arrow.LargeUtf8()),
  large_binary: arrow.vectorFromArray([new Uint8Array([1, 2]), null, new Uint8Array(40).fill(7), new Uint8Array(0), new Uint8Array([9])], new arrow.LargeBinary()),
  fixed_list: listOf(new arrow.FixedSizeList(2, new Field('item', new arrow.Int32(), true)), [1, 2], null, [3, null], [5, 6], [7, 8]),
  codes8: arrow.vectorFromArray(['x', null, 'y', 'x', 'long enough to leave the view'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8())),
  codes16: arrow.vectorFromArray([1.5, null, 2.5, 1.5, 2.5], new arrow.Dictionary(new arrow.Float64(), new arrow.Uint16())),
  list_of_codes: listOf(new arrow.List(new Field('item', new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), true)), ['p', 'q'], null, ['p', null], [], ['r']),
};
for (const [name, vector] of Object.entries(columns)) write(name, new arrow.Table({ [name]: vector }));
write('all', new arrow.Table(columns));

function write(name, table) {
  writeFileSync(join(folder, `${name}.expected.jsonl`), [...rows(table)].join('\n'));
  writeFileSync(join(folder, `${name}.arrow`), arrow.tableToIPC(table, 'file'));
  writeFileSync(join(folder, `${name}.arrows`), arrow.tableToIPC(table, 'stream'));
}

function raw(type, values) {
  const nullBitmap = new Uint8Array(8);
  values.forEach((value, i) => { if (value !== null) nullBitmap[0] |= 1 << i; });
  return new arrow.Vector([arrow.makeData({ type, length: values.length, nullCount: values.filter(value => value === null).length, nullBitmap, data: BigInt64Array.from(values.map(value => value ?? 0n)) })]);
}

function raw32(type, values) {
  return new arrow.Vector([arrow.makeData({ type, length: 5, nullCount: 0, data: Int32Array.from(values) })]);
}
