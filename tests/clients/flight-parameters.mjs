// Prepared statements and their parameters over Flight SQL, by grpc-js with protobuf written by hand and apache-arrow: node flight-parameters.mjs HOST PORT [USER_AGENT]
// One JSON object a line in and one out:
//   {"call": "run", "sql": ".."}                               {"columns", "types", "rows"}: a statement
//   {"call": "prepare", "sql": ".."}                           {"parameters": [types], "columns": [types], "isUpdate"}
//   {"call": "query", "sql": "..", "values": [[..]]}           rows of a prepared query, its parameters of the types announced
//   {"call": "update", "sql": "..", "values": [[..]]}          {"count"}: a prepared update, one row of values a run
//   {"call": "copy", "from": "SELECT ..", "sql": "INSERT .."}  {"count", "rows"}: what the query gives is sent as it came, as the rows of parameters of the statement
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { MessageReader, RecordBatchReader, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import { rowsOf } from './arrow-text.mjs';

const grpc = createRequire(import.meta.url)('@grpc/grpc-js');
const [host, port, userAgent] = process.argv.slice(2);
const client = new grpc.Client(`${host}:${port}`, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': 64 << 20, 'grpc.primary_user_agent': userAgent ?? 'flight-parameters' });
const metadata = new grpc.Metadata();
metadata.set('authorization', 'Basic ' + Buffer.from('ann:secret').toString('base64'));
const SERVICE = '/arrow.flight.protocol.FlightService/', same = bytes => Buffer.from(bytes);

// Protobuf.
const varint = number => { const bytes = []; for (; number > 127; number = Math.floor(number / 128)) bytes.push(number % 128 | 128); return Buffer.from([...bytes, number]); };
const field = (number, data) => Buffer.concat([varint(number * 8 + 2), varint(data.length), data]);
function fields(message) {
  const found = [];
  let at = 0;
  const read = () => { let number = 0, scale = 1, byte; do { byte = message[at++]; number += (byte & 127) * scale; scale *= 128; } while (byte > 127); return number; };
  while (at < message.length) {
    const tag = read(), kind = tag % 8;
    if (kind === 0) found.push([(tag - kind) / 8, read()]);
    else { const length = kind === 2 ? read() : 8; found.push([(tag - kind) / 8, message.subarray(at, at += length)]); }
  }
  return found;
}
const first = (message, number) => fields(message).find(([tag]) => tag === number)?.[1];
const packed = (name, ...body) => Buffer.concat([field(1, Buffer.from(`type.googleapis.com/arrow.flight.protocol.sql.${name}`)), field(2, Buffer.concat(body))]);
const descriptor = command => Buffer.concat([Buffer.from([8, 2]), field(2, command)]);

// Calls.
const ended = (call, messages = []) => new Promise((resolve, reject) => call.on('data', message => messages.push(message)).on('error', reject).on('end', () => resolve(messages)));
const info = command => new Promise((resolve, reject) => client.makeUnaryRequest(SERVICE + 'GetFlightInfo', same, same, descriptor(command), metadata, (error, answer) => error ? reject(error) : resolve(answer)));
const act = (name, body) => ended(client.makeServerStreamRequest(SERVICE + 'DoAction', same, same, Buffer.concat([field(1, Buffer.from(name)), field(2, body)]), metadata));

async function read(command) {
  const ticket = first(first(first(await info(command), 3), 1), 1);
  const messages = await ended(client.makeServerStreamRequest(SERVICE + 'DoGet', same, same, field(1, ticket), metadata));
  const stream = messages.map(message => {
    const header = first(message, 2) ?? Buffer.alloc(0), body = first(message, 1000) ?? Buffer.alloc(0), padding = (8 - header.length % 8) % 8;
    const length = Buffer.alloc(8);
    length.writeInt32LE(-1, 0);
    length.writeInt32LE(header.length + padding, 4);
    return Buffer.concat([length, header, Buffer.alloc(padding), body]);
  });
  return tableFromIPC(Buffer.concat(stream));
}

/** The stream's messages, each with its body, as FlightData; the first carries the command. */
async function put(command, table) {
  const stream = Buffer.from(tableToIPC(table, 'stream')), frames = [];
  for (let at = 0; at + 8 <= stream.length;) {
    const length = stream.readInt32LE(at + 4);
    if (length === 0) break;
    const header = stream.subarray(at + 8, at + 8 + length);
    const bodyLength = Number(new MessageReader(stream.subarray(at)).next().value.bodyLength);
    frames.push(Buffer.concat([field(2, header), field(1000, stream.subarray(at + 8 + length, at + 8 + length + bodyLength))]));
    at += 8 + length + bodyLength;
  }
  const call = client.makeBidiStreamRequest(SERVICE + 'DoPut', same, same, metadata), answers = ended(call);
  frames.forEach((frame, index) => call.write(index === 0 ? Buffer.concat([field(1, descriptor(command)), frame]) : frame));
  call.end();
  return (await answers).map(answer => first(answer, 1)).filter(Boolean);
}

async function prepare(sql) {
  const result = first((await act('CreatePreparedStatement', packed('ActionCreatePreparedStatementRequest', field(1, Buffer.from(sql)))))[0], 1);
  const body = first(result, 2), schema = number => { const bytes = first(body, number); return bytes?.length ? RecordBatchReader.from(bytes).open().schema : null; };
  return { handle: field(1, first(body, 1)), columns: schema(2), parameters: schema(3), isUpdate: Boolean(first(body, 4)) };
}

/** Rows of JSON as a table of the types announced. */
const bound = (schema, values) => new Table(Object.fromEntries(schema.fields.map((one, index) => [one.name, vectorFromArray(values.map(row => native(row[index], one.type)), one.type)])));

function native(value, type) {
  if (value === null) return null;
  const name = String(type);
  if (name.startsWith('Int64')) return BigInt(value);
  if (name.startsWith('Decimal')) return decimal(value, type.scale);
  if (name.startsWith('Date') || name.startsWith('Timestamp')) return Date.parse(value);
  if (name === 'Binary') return Buffer.from(value, 'hex');
  return value;
}

function decimal(text, scale) {
  const [whole, part = ''] = text.split('.');
  let number = BigInt.asUintN(128, BigInt(whole + part.padEnd(scale, '0')));
  return Uint32Array.from({ length: 4 }, () => { const word = Number(number & 0xffffffffn); number >>= 32n; return word; });
}

const count = answers => answers.length ? Number(fields(answers[0]).find(([tag]) => tag === 1)?.[1] ?? 0) : null;
const answer = table => ({ columns: table.schema.fields.map(one => one.name), types: table.schema.fields.map(one => String(one.type)), rows: rowsOf(table) });
const query = sql => packed('CommandStatementQuery', field(1, Buffer.from(sql)));

const calls = {
  run: async ({ sql }) => answer(await read(query(sql))),
  prepare: async ({ sql }) => {
    const { parameters, columns, isUpdate } = await prepare(sql);
    return { parameters: parameters?.fields.map(one => String(one.type)) ?? [], columns: columns?.fields.map(one => String(one.type)) ?? [], isUpdate };
  },
  query: async ({ sql, values }) => {
    const { handle, parameters } = await prepare(sql);
    const command = packed('CommandPreparedStatementQuery', handle);
    await put(command, bound(parameters, values));
    return answer(await read(command));
  },
  update: async ({ sql, values }) => {
    const { handle, parameters } = await prepare(sql);
    return { count: count(await put(packed('CommandPreparedStatementUpdate', handle), bound(parameters, values))) };
  },
  copy: async ({ from, sql }) => {
    const table = await read(query(from)), { handle } = await prepare(sql);
    return { count: count(await put(packed('CommandPreparedStatementUpdate', handle), table)), rows: rowsOf(table) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let response;
  try {
    response = await calls[request.call](request);
  } catch (error) {
    response = { error: String(error.details ?? error.stack ?? error) };
  }
  console.log(JSON.stringify(response));
}
process.stdout.write('', () => process.exit(0));
