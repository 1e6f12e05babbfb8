// Writes what DuckDB reads from the Parquet corpus: a line per column with row count, MD5 of all values and the first value.
// Usage: node make-expected.mjs CORPUS_FOLDER > corpus.tsv   (needs @duckdb/node-api 1.5.6-r.1)
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as duckdb from '@duckdb/node-api';

const root = process.argv[2];
const files = [];
(function walk(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (name.endsWith('.parquet')) files.push(path);
  }
})(join(root, 'data'));

const instance = await duckdb.DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'; SET threads = 1");

const bits = new DataView(new ArrayBuffer(8));
function float(value) {
  if (Number.isNaN(value)) return 'NaN';
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16).padStart(16, '0');
}

function text(value, type) {
  if (value === null || value === undefined) return '\\N';
  switch (type.typeId) {
    case duckdb.DuckDBTypeId.BOOLEAN: return value ? 'true' : 'false';
    case duckdb.DuckDBTypeId.FLOAT:
    case duckdb.DuckDBTypeId.DOUBLE: return float(value);
    case duckdb.DuckDBTypeId.DECIMAL: return `${value.value}/${value.scale}`;
    case duckdb.DuckDBTypeId.UBIGINT: return `${value}/0`;
    case duckdb.DuckDBTypeId.DATE: return `${value.days}`;
    case duckdb.DuckDBTypeId.TIME: return `${value.micros}`;
    case duckdb.DuckDBTypeId.TIMESTAMP:
    case duckdb.DuckDBTypeId.TIMESTAMP_TZ: return `${value.micros}`;
    case duckdb.DuckDBTypeId.TIMESTAMP_NS: return `${value.nanos / 1000n}`;
    case duckdb.DuckDBTypeId.INTERVAL: return `${value.months} ${value.days} ${value.micros}`;
    case duckdb.DuckDBTypeId.BLOB: return Buffer.from(value.bytes).toString('hex');
    case duckdb.DuckDBTypeId.LIST: return '[' + value.items.map(item => text(item, type.valueType)).join(',') + ']';
    case duckdb.DuckDBTypeId.STRUCT:
      return '{' + type.entryNames.map((name, i) => text(value.entries[name], type.entryTypes[i])).join(',') + '}';
    case duckdb.DuckDBTypeId.MAP:
      return '[' + value.entries.map(entry => `{${text(entry.key, type.keyType)},${text(entry.value, type.valueType)}}`).join(',') + ']';
    default: return `${value}`;
  }
}

for (const file of files) {
  const name = relative(root, file);
  try {
    const result = await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`);
    const types = result.columnTypes();
    const columns = result.getColumns();
    for (let c = 0; c < types.length; c++) {
      const hash = createHash('md5');
      const values = (columns[c] ?? []).map(value => text(value, types[c]));
      for (const value of values) hash.update(value + '\n');
      const first = (values[0] ?? '').slice(0, 60).replaceAll(/[\t\n\r]/g, ' ');
      console.log([name, c, values.length, hash.digest('hex'), first].join('\t'));
    }
  } catch (error) {
    console.error(`${name}: ${error.message.slice(0, 160)}`);
  }
}
