// The boundary values through node-postgres: boundary-node.mjs HOST PORT text|binary|rows. What comes out is sent back as parameters, binary ones as buffers.
// The driver makes text of whatever a row holds, so binary values are read by COPY. Lines come in and go out as boundary_work.py says.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { textOf } from './boundary-binary.mjs';

const [host, port, mode] = process.argv.slice(2);
const client = new pg.Client({ host, port: Number(port), user: 'tester', database: 'sqlcluster' });
await client.connect();
const escaped = text => text === null ? '\\N' : text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');

/** A COPY TO STDOUT, as the client's queue of queries wants it. */
class CopyOut {
  chunks = [];
  done = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  constructor(text) { this.text = text; }
  submit(connection) { connection.query(this.text); }
  handleCopyData(message) { this.chunks.push(Buffer.from(message.chunk)); }
  handleCommandComplete() {}
  handleError(error) { this.reject(error); }
  handleReadyForQuery() { this.resolve(Buffer.concat(this.chunks)); }
}

async function binaryValues(query) {
  const bytes = await client.query(new CopyOut(`COPY (${query}) TO STDOUT (FORMAT binary)`)).done;
  if (bytes.toString('latin1', 0, 11) !== 'PGCOPY\n\xff\r\n\0' || bytes.readInt32BE(11) !== 0) throw new Error('no header of COPY');
  const values = [];
  let at = 19 + bytes.readInt32BE(15);
  for (; bytes.readInt16BE(at) !== -1; at += 2 + 4) {
    if (bytes.readInt16BE(at) !== 1) throw new Error('one field is expected');
    const length = bytes.readInt32BE(at + 2);
    values.push(length < 0 ? null : bytes.subarray(at + 6, at + 6 + length));
    at += Math.max(length, 0);
  }
  if (at + 2 !== bytes.length) throw new Error('bytes behind the trailer of COPY');
  return values;
}

const out = [];
for (const line of readFileSync(0, 'utf8').split('\n').filter(line => line)) {
  const [family, , query, table] = line.split('\t');
  if (mode === 'rows') {
    // What the driver holds of rows in binary, as it came.
    const { rows } = await client.query({ text: query, values: [], rowMode: 'array', binary: true, queryMode: 'extended', types: { getTypeParser: () => value => value } });
    out.push(`${family}\t${rows.length}`, ...rows.map(row => Buffer.from(row[0]).toString('hex')));
    continue;
  }
  const { rows, fields } = await client.query({ text: mode === 'binary' ? `SELECT * FROM (${query}) AS described LIMIT 0` : query, values: [], rowMode: 'array', types: { getTypeParser: () => text => text } });
  const values = mode === 'text' ? rows.map(row => row[0]) : await binaryValues(query);
  const texts = mode === 'text' ? values : values.map(value => value && textOf(fields[0].dataTypeID, value));
  out.push(`${family}\t${texts.length}`, ...texts.map(escaped));
  for (let start = 0; table !== '-' && start < values.length; start += 100) {
    const batch = values.slice(start, start + 100);
    await client.query({
      text: `INSERT INTO ${table} VALUES ${batch.map((_, index) => `($${2 * index + 1}, $${2 * index + 2})`).join(', ')}`,
      values: batch.flatMap((value, index) => [start + index, value]),
    });
  }
}
await client.end();
process.stdout.write(out.join('\n') + '\n');
