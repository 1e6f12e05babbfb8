// Values of Arrow tables as PostgreSQL prints them, from the raw values of the vectors: no number passes through a type that cannot hold it.
import { Type } from 'apache-arrow';

const pad = (number, width) => String(number).padStart(width, '0');

/** Rows of texts, null for NULL. */
export function rowsOf(table) {
  const columns = table.schema.fields.map((field, index) => textsOf(table.getChildAt(index), field.type));
  return Array.from({ length: table.numRows }, (_, row) => columns.map(column => column[row]));
}

function textsOf(vector, type) {
  const texts = [];
  for (const data of vector.data)
    for (let row = 0; row < data.length; row++) texts.push(text(data, row, type));
  return texts;
}

/** Text of a row of one chunk. */
function text(data, row, type) {
  if (type.typeId !== Type.Null && data.nullCount > 0 && data.nullBitmap.length > 0) {
    const bit = data.offset + row;
    if ((data.nullBitmap[bit >> 3] & (1 << (bit & 7))) === 0) return null;
  }
  switch (type.typeId) {
    case Type.Null: return null;
    case Type.Bool: { const bit = data.offset + row; return data.values[bit >> 3] & (1 << (bit & 7)) ? 't' : 'f'; }
    case Type.Int: return String(data.values[row]);
    case Type.Float: return float(data.values[row], type.precision);
    case Type.Decimal: return decimal(words(data.values, 4 * row), type.scale);
    case Type.Utf8: return Buffer.from(bytes(data, row)).toString('utf8');
    case Type.Binary: return '\\x' + Buffer.from(bytes(data, row)).toString('hex');
    case Type.Date: return date(BigInt(data.values[row]));
    case Type.Time: return time(micros(data.values[row], type.unit));
    case Type.Timestamp: return timestamp(micros(data.values[row], type.unit), type.timezone ? '+00' : '');
    case Type.Interval: return interval(data.values, row);
    case Type.List: return list(data, row, type);
    case Type.Struct: return '(' + type.children.map((field, index) => part(text(data.children[index], row, field.type))).join(',') + ')';
    case Type.Map: return map(data, row, type);
    case Type.Dictionary: return textsOf(data.dictionary, type.dictionary)[Number(data.values[row])];
    default: throw new Error(`no text form of ${type}`);
  }
}

const bytes = (data, row) => data.values.subarray(Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1]));

const float = (value, precision) => Number.isNaN(value) ? 'NaN' : value === Infinity ? 'Infinity' : value === -Infinity ? '-Infinity'
  : Object.is(value, -0) ? '-0' : precision === 1 ? shortest(value) : String(value);

/** The shortest decimal that reads as the same 32-bit float. */
function shortest(value) {
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

const words = (values, at) => BigInt.asIntN(128, BigInt(values[at] >>> 0) | BigInt(values[at + 1] >>> 0) << 32n | BigInt(values[at + 2] >>> 0) << 64n | BigInt(values[at + 3] >>> 0) << 96n);

function decimal(unscaled, scale) {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return (unscaled < 0n ? '-' : '') + digits.slice(0, point) + (scale > 0 ? '.' + digits.slice(point) : '');
}

const micros = (value, unit) => { const raw = BigInt(value); return unit === 0 ? raw * 1000000n : unit === 1 ? raw * 1000n : unit === 2 ? raw : raw / 1000n; };

const floorDivide = (a, b) => { const quotient = a / b; return a % b < 0n ? quotient - 1n : quotient; };

/** Infinity is the greatest and the least number of its width. */
const infinity = (value, bits) => value === (1n << bits) - 1n ? 'infinity' : value === -(1n << bits) ? '-infinity' : null;

/** Days since 1970-01-01 in the proleptic Gregorian calendar; year 0 is 1 BC. */
function date(days) {
  if (infinity(days, 31n)) return infinity(days, 31n);
  const [text, era] = civil(days);
  return text + era;
}

function civil(days) {
  const shifted = days + 719468n, century = floorDivide(shifted, 146097n), day = shifted - century * 146097n;
  const yearOfEra = (day - day / 1460n + day / 36524n - day / 146096n) / 365n, dayOfYear = day - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const month = (5n * dayOfYear + 2n) / 153n, dayOfMonth = dayOfYear - (153n * month + 2n) / 5n + 1n, realMonth = month < 10n ? month + 3n : month - 9n;
  const year = yearOfEra + century * 400n + (realMonth <= 2n ? 1n : 0n);
  return [`${pad(year > 0n ? year : 1n - year, 4)}-${pad(realMonth, 2)}-${pad(dayOfMonth, 2)}`, year > 0n ? '' : ' BC'];
}

function time(value) {
  const fraction = value % 1000000n, seconds = value / 1000000n;
  return `${pad(seconds / 3600n, 2)}:${pad(seconds / 60n % 60n, 2)}:${pad(seconds % 60n, 2)}` + (fraction === 0n ? '' : '.' + pad(fraction, 6).replace(/0+$/, ''));
}

function timestamp(value, zone) {
  if (infinity(value, 63n)) return infinity(value, 63n);
  const days = floorDivide(value, 86400000000n), [day, era] = civil(days);
  return `${day} ${time(value - days * 86400000000n)}${zone}${era}`;
}

/** Months, days and microseconds, as numbers: how PostgreSQL words them is not Arrow's matter. */
function interval(values, row) {
  const nanos = BigInt(values[4 * row + 2] >>> 0) | BigInt(values[4 * row + 3]) << 32n;
  return `${values[4 * row]} ${values[4 * row + 1]} ${BigInt.asIntN(64, nanos) / 1000n}`;
}

function list(data, row, type) {
  const items = [];
  for (let i = data.valueOffsets[row]; i < data.valueOffsets[row + 1]; i++) {
    const item = text(data.children[0], Number(i), type.children[0].type);
    items.push(type.children[0].type.typeId === Type.List && item !== null ? item : element(item));
  }
  return `{${items.join(',')}}`;
}

const element = item => item === null ? 'NULL' : item === '' || /^null$/i.test(item) || /[{}",\\ \t\n\r\v\f]/.test(item) ? `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : item;

const part = field => field === null ? '' : field === '' || /[()",\\ \t\n\r\v\f]/.test(field) ? `"${field.replaceAll('\\', '\\\\').replaceAll('"', '""')}"` : field;

function map(data, row, type) {
  const entries = [], [key, value] = type.children[0].type.children;
  for (let i = data.valueOffsets[row]; i < data.valueOffsets[row + 1]; i++) {
    const [keys, values] = data.children[0].children;
    entries.push(`${text(keys, i, key.type)}=${text(values, i, value.type) ?? 'NULL'}`);
  }
  return `{${entries.join(',')}}`;
}
