// Uses node-postgres as applications do and prints a line for each finding. Arguments: host, port.
import pg from 'pg';
import Cursor from 'pg-cursor';

const client = new pg.Client({ host: process.argv[2], port: Number(process.argv[3]), user: 'tester', database: 'sqlcluster' });
await client.connect();
console.log(JSON.stringify((await client.query('SELECT $1::int + 1 AS a, $2::text AS b, now() IS NOT NULL AS c', [41, 'x'])).rows));
for (let i = 0; i < 3; i++) console.log(JSON.stringify((await client.query({ name: 'kept', text: 'SELECT i FROM generate_series(1, $1) AS g(i) ORDER BY i', values: [i + 1] })).rows.map(r => r.i)));
const cursor = client.query(new Cursor('SELECT i FROM generate_series(1, 100) AS g(i) ORDER BY i'));
let rows, total = 0, reads = 0;
while ((rows = await cursor.read(7)).length > 0) { total += rows.length; reads++; }
console.log('cursor', total, reads);
await cursor.close();
await client.query('CREATE TEMP TABLE t (a int, b text, c timestamp)');
console.log((await client.query('INSERT INTO t VALUES ($1, $2, $3), ($4, NULL, NULL)', [1, 'one', '2024-01-02', 2])).rowCount);
console.log(JSON.stringify((await client.query('SELECT a, b FROM t WHERE a = ANY($1) ORDER BY a', [[1, 2, 3]])).rows));
try { await client.query('SELECT nosuch'); } catch (error) { console.log(error.code, error.position); }
const many = await client.query('SELECT 1 AS x; SELECT 2 AS y');
console.log(JSON.stringify(many.map(result => result.rows)));
await client.end();
