// Runs calls on a Flight SQL server with one of two clients, one JSON object a line in and one out.
//   node flight-client.mjs gizmosql|arrow-rs HOST PORT [user=..] [password=..] [tls]
//   in:  {"call": "query", "sql": "..."} and the like          out: {"columns": [...], "types": [...], "rows": [[text or null]]} or {"error": "..."}
import { createInterface } from 'node:readline';
import { tableFromIPC } from 'apache-arrow';
import { rowsOf } from './arrow-text.mjs';

const [client, host, port, ...flags] = process.argv.slice(2);
const flag = name => flags.find(flag => flag.startsWith(`${name}=`))?.slice(name.length + 1);

async function gizmosql() {
  const { FlightSQLClient } = (await import('@gizmodata/gizmosql-client')).default;
  const connection = new FlightSQLClient({ host, port: Number(port), plaintext: !flags.includes('tls'), tlsSkipVerify: true, username: flag('user'), password: flag('password') });
  await connection.connect();
  return {
    query: async ({ sql }) => answer(await connection.execute(sql)),
    sqlInfo: async ({ ids }) => ({ info: Object.fromEntries([...await connection.getSqlInfo(ids ?? [])].map(([id, value]) => [id, String(value)])) }),
    catalogs: async () => ({ rows: (await connection.getCatalogs()).map(name => [name]) }),
    schemas: async ({ catalog }) => ({ rows: (await connection.getSchemas(catalog)).map(row => [row.catalog, row.schema]) }),
    tables: async ({ catalog, schema, table, types }) =>
      ({ rows: (await connection.getTables(catalog, schema, table, types)).map(row => [row.catalog, row.schema, row.tableName, row.tableType]) }),
    tableTypes: async () => ({ rows: (await connection.getTableTypes()).map(name => [name]) }),
    close: async () => { await connection.close(); return {}; },
  };
}

async function arrowRs() {
  const { createFlightSqlClient } = (await import('@lakehouse-rs/flight-sql-client')).default;
  const connection = await createFlightSqlClient({
    username: flag('user'), password: flag('password'), tls: flags.includes('tls'), host, port: Number(port), headers: [],
  });
  return {
    query: async ({ sql }) => answer(tableFromIPC(await connection.query(sql))),
    catalogs: async () => answer(tableFromIPC(await connection.getCatalogs())),
    schemas: async ({ catalog, pattern }) => answer(tableFromIPC(await connection.getDbSchemas({ catalog, dbSchemaFilterPattern: pattern }))),
    tables: async ({ catalog, schema, table, types, includeSchema }) => answer(tableFromIPC(
      await connection.getTables({ catalog, dbSchemaFilterPattern: schema, tableNameFilterPattern: table, tableTypes: types, includeSchema }))),
    close: async () => ({}),
  };
}

const answer = table => ({ columns: table.schema.fields.map(field => field.name), types: table.schema.fields.map(field => String(field.type)), rows: rowsOf(table) });

let calls, failure;
try {
  // flight-sql-client panics in a thread of its own when logging in fails, and answers nobody.
  calls = await (client === 'gizmosql' ? gizmosql() : Promise.race([arrowRs(), new Promise((_, reject) => setTimeout(reject, 5000, new Error('no answer to the login')))]));
} catch (error) {
  failure = error;
}
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let response;
  try {
    if (failure) throw failure;
    response = await calls[request.call](request);
  } catch (error) {
    response = { error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(response));
}
process.stdout.write('', () => process.exit(0));   // what was written goes first
