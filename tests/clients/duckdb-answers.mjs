// Writes DuckDB's answers beside queries: for each NAME.sql of a folder, NAME.csv with a header line; NULL is \N.
//
//   node duckdb-answers.mjs FOLDER TABLE=FILE.parquet...
import { DuckDBInstance } from '@duckdb/node-api';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...tables] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
for (const table of tables) {
  const [name, file] = table.split('=');
  await connection.run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet('${file.replaceAll("'", "''")}')`);
}

const cell = value => {
  const text = value === null ? '\\N' : String(value);
  return value !== null && (text === '' || text === '\\N' || /[",\n\r]/.test(text)) ? `"${text.replaceAll('"', '""')}"` : text;
};
for (const file of readdirSync(folder).filter(name => name.endsWith('.sql')).sort()) {
  const reader = await connection.runAndReadAll(readFileSync(join(folder, file), 'utf8'));
  const lines = [reader.columnNames(), ...reader.getRows()].map(row => row.map(cell).join(','));
  writeFileSync(join(folder, file.replace(/sql$/, 'csv')), `${lines.join('\n')}\n`);
  console.log(`${file}: ${lines.length - 1} rows`);
}
