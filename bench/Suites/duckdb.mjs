// DuckDB as a child process: one JSON request a line on standard input, one JSON answer a line on standard output.
//   {"setup": ["SET threads = 2", ...]}  ->  {"ok": true}
//   {"sql": "SELECT ..."}                ->  {"ms": 12.3, "processor": 23.4, "rows": [["1", null], ...]}
// With arguments instead (folder, query): runs the query once over the folder's Parquet files and prints the number of rows.
import { createInterface } from 'node:readline';
import { readdirSync } from 'node:fs';
import { join, basename } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const packages = process.env.SQLCLUSTER_NODE_PACKAGES ?? join(process.cwd(), 'tests', 'clients');
const { DuckDBInstance } = await import(pathToFileURL(createRequire(join(packages, 'package.json')).resolve('@duckdb/node-api')));

const instance = await DuckDBInstance.create(':memory:', { threads: process.env.DUCKDB_THREADS ?? '2' });
const connection = await instance.connect();

const text = value => value === null || value === undefined ? null : typeof value === 'boolean' ? (value ? 't' : 'f') : value.toString();

if (process.argv.length > 3) {
  const [folder, sql] = process.argv.slice(2);
  for (const file of readdirSync(folder).filter(name => name.endsWith('.parquet'))) {
    await connection.run(`CREATE VIEW ${basename(file, '.parquet')} AS SELECT * FROM read_parquet('${join(folder, file)}')`);
  }
  const result = await connection.runAndReadAll(sql);
  console.log(result.getRows().length);
  process.exit(0);
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    if (request.setup) {
      for (const statement of request.setup) await connection.run(statement);
      console.log(JSON.stringify({ ok: true }));
      continue;
    }
    const start = performance.now(), used = process.cpuUsage();
    const result = await connection.runAndReadAll(request.sql);
    const ms = performance.now() - start, { user, system } = process.cpuUsage(used);
    const rows = request.rows === false ? [] : result.getRows().map(row => row.map(text));
    console.log(JSON.stringify({ ms, processor: (user + system) / 1000, rows }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message ?? error) }));
  }
}
