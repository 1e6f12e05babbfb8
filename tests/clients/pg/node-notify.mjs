// LISTEN and NOTIFY through node-postgres, between two connections: node-notify.mjs HOST PORT. Prints what comes.
import pg from 'pg';

const options = { host: process.argv[2], port: Number(process.argv[3]), user: 'tester', database: 'sqlcluster' };
const [listener, sender] = [new pg.Client(options), new pg.Client(options)];
await listener.connect();
await sender.connect();
const heard = [];
let wake = () => {};
listener.on('notification', message => { heard.push(`${message.channel} ${JSON.stringify(message.payload)} ${message.processId === sender.processID ? 'other' : 'own'}`); wake(); });
const wait = async count => { while (heard.length < count) await new Promise(resolve => { wake = resolve; }); console.log(heard.splice(0).join('; ')); };

await listener.query('LISTEN news');
await sender.query("NOTIFY news, 'idle'");
await wait(1);
await sender.query('SELECT pg_notify($1, $2)', ['news', 'é\u{1F600}']);
await wait(1);
for (let i = 0; i < 1000; i++) await sender.query(`NOTIFY news, '${i}'`);
while (heard.length < 1000) await new Promise(resolve => { wake = resolve; });
console.log(heard.splice(0).every((text, i) => text === `news "${i}" other`));
await Promise.all([listener.query("SELECT pg_notify('news', 'own')"), sender.query("NOTIFY news, 'both'")]);
while (heard.length < 2) await new Promise(resolve => { wake = resolve; });
console.log(heard.splice(0).sort().join('; '));
await listener.query('UNLISTEN *');
await sender.query("NOTIFY news, 'gone'");
console.log((await listener.query('SELECT 1 AS one')).rows, heard);
await listener.end();
await sender.end();
