// Reads Parquet files with an independent reader and compares every value with what was written.
//
//   node check-parquet.mjs READER FOLDER
//
// Beside each x.parquet lies x.expected.json: { columns: [{ name, type }], rows: [[value, ...], ...] }. A type is a tree such as
// { id: "List", children: [{ id: "Int32" }] }; values are in the canonical form that `canonical` below produces.
// Prints one line a file and ends with exit code 1 when one differs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readers } from './parquet-readers.mjs';

const [readerName, folder] = process.argv.slice(2);
const reader = readers[readerName];
let failed = 0;
for (const file of readdirSync(folder).filter(name => name.endsWith('.parquet')).sort()) {
  const expected = JSON.parse(readFileSync(join(folder, file.replace(/\.parquet$/, '.expected.json')), 'utf8'));
  let outcome;
  try {
    outcome = await check(join(folder, file), expected);
  } catch (error) {
    outcome = `failed: ${error.stack ?? error}`;
  }
  if (!outcome.startsWith('equal')) failed++;
  console.log(`${file}: ${outcome}`);
}
process.exit(failed ? 1 : 0);

async function check(path, expected) {
  const columns = expected.columns.map((column, index) => ({ ...column, index })).filter(column => reader.knows(column.type));
  const rows = await reader.read(path, columns.map(column => column.name));
  if (rows.length !== expected.rows.length) return `has ${rows.length} rows, expected ${expected.rows.length}`;
  for (let row = 0; row < rows.length; row++) {
    for (let i = 0; i < columns.length; i++) {
      const got = JSON.stringify(canonical(columns[i].type, rows[row][i]));
      const wanted = JSON.stringify(expected.rows[row][columns[i].index]);
      if (got !== wanted) return `differs in row ${row}, column ${columns[i].name}: read ${got}, expected ${wanted}`;
    }
  }
  return `equal, ${rows.length} rows of ${columns.length} columns`;
}

function canonical(type, value) {
  if (value === null || value === undefined) return null;
  switch (type.id) {
    case 'Boolean': return Boolean(value);
    case 'Float32': case 'Float64': return floatBits(Number(value));
    case 'Utf8': return String(value);
    case 'List': return reader.list(value).map(item => canonical(type.children[0], item));
    case 'Struct': return reader.struct(value, type).map((item, i) => canonical(type.children[i], item));
    case 'Map': return reader.map(value).map(([key, item]) => [canonical(type.children[0], key), canonical(type.children[1], item)]);
    default: return String(reader.scalar(value, type));
  }
}

function floatBits(value) {
  if (Number.isNaN(value)) return 'NaN';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16);
}
