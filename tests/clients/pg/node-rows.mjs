// Rows as records and as jsonb through node-postgres: node-rows.mjs HOST PORT. Prints what the driver makes of them.
import pg from 'pg';

const client = new pg.Client({ host: process.argv[2], port: Number(process.argv[3]), user: 'tester', database: 'sqlcluster' });
await client.connect();
const sql = "SELECT ROW(1, 'a b', NULL) AS r, ARRAY[ROW(true, 1.50)] AS a";
console.log(JSON.stringify((await client.query(sql)).rows[0].r));
await client.query("SET row_output = 'jsonb'");
const { rows, fields } = await client.query(sql);
console.log(fields.map(field => field.dataTypeID).join(), JSON.stringify(rows[0]));
await client.query('RESET row_output');
console.log(JSON.stringify((await client.query(sql)).rows[0].r));
await client.end();
