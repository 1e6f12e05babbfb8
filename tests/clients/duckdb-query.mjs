// Runs SQL statements in DuckDB and prints the rows of the last one, each as a JSON array of text.
//
//   node duckdb-query.mjs SQL
import { DuckDBInstance } from '@duckdb/node-api';

const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
const statements = await connection.extractStatements(process.argv[2]);
for (let i = 0; i < statements.count; i++) {
  const statement = await statements.prepare(i);
  const reader = await statement.runAndReadAll();
  if (i === statements.count - 1) {
    for (const row of reader.getRows()) console.log(JSON.stringify(row.map(value => (value === null ? null : String(value)))));
  }
}
