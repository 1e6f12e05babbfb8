// One entry a reader: which types it can tell exactly, how it reads rows, and how its values are turned into plain ones.
// scalar() gives: integers and unscaled decimals as integers, dates as days, times and timestamps as microseconds, bytes as hex text.
import { readFileSync } from 'node:fs';

const hex = bytes => Buffer.from(bytes).toString('hex');
const uuidHex = text => text.replaceAll('-', '');
const everything = () => true;
const only = (...ids) => type => ids.includes(type.id) && (type.children ?? []).every(only(...ids));
const micros = date => BigInt(Math.round(Number(date) * 1000));

const duckdb = {
  knows: everything,
  async read(path, names) {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
    await connection.run("SET TimeZone = 'UTC'");
    const columns = names.map(name => `"${name}"`).join(', ');
    return (await connection.runAndReadAll(`SELECT ${columns} FROM read_parquet('${path}')`)).getRows();
  },
  list: value => value.items,
  struct: (value, type) => type.children.map(child => value.entries[child.name]),
  map: value => value.entries.map(entry => [entry.key, entry.value]),
  scalar(value, type) {
    switch (type.id) {
      case 'Decimal64': case 'Decimal128': return value.value;
      case 'Date32': return value.days;
      case 'Time64': case 'Timestamp': return value.micros;
      case 'Interval': return `${value.months} ${value.days} ${value.micros}`;
      case 'Binary': return hex(value.bytes);
      case 'FixedSizeBinary': return uuidHex(value.toString());
      default: return value;
    }
  },
};

const hyparquet = {
  // Decimals arrive as doubles and times as milliseconds in a number: exact only when small. Intervals and nulls-only columns are left out.
  knows: only('Boolean', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'Float32', 'Float64', 'Decimal64', 'Date32', 'Utf8', 'Binary', 'List', 'Struct'),
  async read(path, names) {
    const { parquetReadObjects } = await import('hyparquet');
    const { compressors } = await import('hyparquet-compressors');
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file, compressors, columns: names, utf8: false });
    return rows.map(row => names.map(name => row[name]));
  },
  list: value => Array.from(value),
  struct: (value, type) => type.children.map(child => value[child.name]),
  scalar(value, type) {
    switch (type.id) {
      case 'Decimal64': return BigInt(Math.round(value * 10 ** type.scale));
      case 'Date32': return Math.round(Number(value) / 86_400_000);
      case 'Binary': return hex(value);
      default: return value;
    }
  },
};

const arrow = {
  knows: type => type.id !== 'Interval' && type.id !== 'Null' && (type.children ?? []).every(arrow.knows),
  async read(path, names) {
    const { readParquet } = await import('parquet-wasm');
    const { tableFromIPC } = await import('apache-arrow');
    const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream());
    const columns = names.map(name => table.getChild(name));
    return Array.from({ length: table.numRows }, (_, row) => columns.map(column => column.get(row)));
  },
  list: value => Array.from(value),
  struct: (value, type) => type.children.map(child => value[child.name]),
  map: value => Array.from(value),
  scalar(value, type) {
    switch (type.id) {
      case 'Decimal64': case 'Decimal128': return wideInteger(value);
      case 'Date32': return Math.round(Number(value) / 86_400_000);
      case 'Timestamp': return micros(value);
      case 'Binary': case 'FixedSizeBinary': return hex(value);
      default: return value;
    }
  },
};

const polars = {
  // Its JavaScript side gives 64-bit integers as doubles, null structs as structs of nulls and no bytes; wide numbers outside lists are cast to text.
  knows: type => polarsLeaves.includes(type.id) || (type.id === 'List' && !/Int64|Decimal/.test(type.children[0].id) && polars.knows(type.children[0])),
  async read(path, names) {
    const { default: pl } = await import('nodejs-polars');
    const frame = pl.readParquet(path, { columns: names });
    const columns = names.map(name => {
      const column = frame.getColumn(name);
      return (/^DataType\((Int64|Decimal)/.test(String(column.dtype)) ? column.cast(pl.Utf8) : column).toArray();
    });
    return Array.from({ length: frame.height }, (_, row) => columns.map(column => column[row]));
  },
  list: value => Array.from(value),
  scalar(value, type) {
    switch (type.id) {
      case 'Decimal64': case 'Decimal128': return BigInt(value.replace('.', ''));
      case 'Date32': return Math.round(Number(value) / 86_400_000);
      case 'Time64': return timeMicros(value);
      case 'Timestamp': return micros(value);
      default: return value;
    }
  },
};

const polarsLeaves = [
  'Boolean', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Float32', 'Float64', 'Decimal64', 'Decimal128', 'Date32', 'Time64',
  'Timestamp', 'Utf8',
];

function timeMicros(text) {
  const [, hours, minutes, seconds, fraction = ''] = /^(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text);
  return BigInt(hours * 3600 + minutes * 60 + Number(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

// 128 bits, least significant 32 first.
function wideInteger(words) {
  const unsigned = Array.from(new Uint32Array(words.buffer, words.byteOffset, words.length)).reduceRight((high, word) => (high << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(words.length * 32, unsigned);
}

export const readers = { duckdb, hyparquet, arrow, polars };
