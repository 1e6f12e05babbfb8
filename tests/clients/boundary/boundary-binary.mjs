// PostgreSQL's binary forms, read after its documentation and shown as PostgreSQL shows them: a judge of the server's binary answers.
const DAY = 86400000000n;
const pad = (value, width = 2) => String(value).padStart(width, '0');
const fraction = micros => micros === 0n ? '' : '.' + pad(micros, 6).replace(/0+$/, '');
const float = value => Number.isNaN(value) ? 'NaN' : Object.is(value, -0) ? '-0' : String(value);
const floorDivide = (a, b) => a / b - (a % b < 0n ? 1n : 0n);

const readers = {
  16: bytes => bytes[0] === 1 ? 't' : 'f',
  17: bytes => '\\x' + bytes.toString('hex'),
  20: bytes => String(bytes.readBigInt64BE()),
  21: bytes => String(bytes.readInt16BE()),
  23: bytes => String(bytes.readInt32BE()),
  25: bytes => bytes.toString('utf8'),
  18: bytes => bytes[0] === 0 ? '' : bytes.toString('latin1'),
  22: bytes => vector(bytes),
  26: bytes => String(bytes.readUInt32BE()),
  27: bytes => { if (bytes.length !== 6) throw new Error('a tid has 6 bytes'); return `(${bytes.readUInt32BE()},${bytes.readUInt16BE(4)})`; },
  30: bytes => vector(bytes),
  869: address,
  700: bytes => float(bytes.readFloatBE()),
  701: bytes => float(bytes.readDoubleBE()),
  1082: bytes => date(BigInt(bytes.readInt32BE())),
  1083: bytes => time(bytes.readBigInt64BE()),
  1114: bytes => timestamp(bytes.readBigInt64BE(), ''),
  1184: bytes => timestamp(bytes.readBigInt64BE(), '+00'),
  1186: bytes => interval(bytes.readInt32BE(12), bytes.readInt32BE(8), bytes.readBigInt64BE()),
  1700: numeric,
  2249: record,
  3220: bytes => `${bytes.readUInt32BE().toString(16).toUpperCase()}/${bytes.readUInt32BE(4).toString(16).toUpperCase()}`,
  2950: bytes => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  3802: bytes => { if (bytes[0] !== 1) throw new Error(`version ${bytes[0]} of jsonb`); return bytes.toString('utf8', 1); },
};
for (const oid of [24, 28, 29, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191]) readers[oid] = readers[26];
readers[19] = readers[114] = readers[1042] = readers[1043] = readers[25];

/** Text of a value of a type, by its oid; arrays by their header. */
export const textOf = (oid, bytes) => (readers[oid] ?? array)(bytes);

/** A vector counts from 0 and is written with blanks. */
function vector(bytes) {
  const text = array(bytes, 0);
  return text.slice(1, -1).replaceAll(',', ' ');
}

/** An address: family, prefix bits, whether it is a cidr, how many bytes, the bytes. */
function address(bytes) {
  const long = bytes[0] === 3, most = long ? 128 : 32;
  if (bytes[0] !== (long ? 3 : 2) || bytes[2] !== 0 || bytes[3] !== most / 8 || bytes.length !== 4 + bytes[3]) throw new Error('the address\'s header is wrong');
  const end = bytes[1] === most ? '' : `/${bytes[1]}`, tail = bytes.subarray(bytes.length - 4).join('.');
  if (!long) return tail + end;
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(4 + 2 * i));
  let start = -1, length = 1;
  for (let i = 0; i < 8; i++) {
    let zeros = 0;
    while (i + zeros < 8 && words[i + zeros] === 0) zeros++;
    if (zeros > length) [start, length] = [i, zeros];
  }
  if (start === 0 && (length === 6 || length === 5 && words[5] === 0xffff)) return (length === 6 ? '::' : '::ffff:') + tail + end;
  const hex = from => from.map(word => word.toString(16)).join(':');
  return (start < 0 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`) + end;
}

function array(bytes, first = 1) {
  const dimensions = bytes.readInt32BE(0), element = bytes.readInt32BE(8);
  if (dimensions === 0) { if (bytes.length !== 12) throw new Error('bytes behind an empty array'); return '{}'; }
  const lengths = Array.from({ length: dimensions }, (_, i) => bytes.readInt32BE(12 + 8 * i));
  for (let i = 0; i < dimensions; i++) if (bytes.readInt32BE(16 + 8 * i) !== first) throw new Error(`dimension ${i} from ${bytes.readInt32BE(16 + 8 * i)}`);
  let at = 12 + 8 * dimensions, hasNull = false;
  const shown = level => `{${Array.from({ length: lengths[level] }, () => level + 1 < dimensions ? shown(level + 1) : item()).join(',')}}`;
  const item = () => {
    const length = bytes.readInt32BE(at);
    hasNull ||= length < 0;
    const text = length < 0 ? 'NULL' : quoted(textOf(element, bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + Math.max(length, 0);
    return text;
  };
  const text = shown(0);
  if (at !== bytes.length || hasNull !== (bytes.readInt32BE(4) === 1)) throw new Error('the array\'s header and its elements differ');
  return text;
}

const quoted = text => text === '' || /^null$/i.test(text) || /[{}",\\ \t\n\r\v\f]/.test(text) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : text;

function record(bytes) {
  const fields = [];
  let at = 4;
  for (let i = 0; i < bytes.readInt32BE(0); i++) {
    const oid = bytes.readInt32BE(at), length = bytes.readInt32BE(at + 4);
    const text = length < 0 ? '' : textOf(oid, bytes.subarray(at + 8, at + 8 + length));
    fields.push(length >= 0 && (text === '' || /[()",\\ \t\n\r\v\f]/.test(text)) ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"` : text);
    at += 8 + Math.max(length, 0);
  }
  if (at !== bytes.length) throw new Error('bytes are left over');
  return `(${fields.join(',')})`;
}

function numeric(bytes) {
  const count = bytes.readInt16BE(0), weight = bytes.readInt16BE(2), sign = bytes.readUInt16BE(4), scale = bytes.readInt16BE(6);
  if (bytes.length !== 8 + 2 * count) throw new Error('the number of digits is wrong');
  if (sign === 0xc000) return 'NaN';
  if (sign === 0xd000 || sign === 0xf000) return sign === 0xd000 ? 'Infinity' : '-Infinity';
  const digit = index => index >= 0 && index < count ? bytes.readInt16BE(8 + 2 * index) : 0;
  let whole = '', part = '';
  for (let i = 0; i <= weight; i++) whole += pad(digit(i), 4);
  for (let i = weight + 1; part.length < scale; i++) part += pad(digit(i), 4);
  return (sign === 0x4000 ? '-' : '') + (whole.replace(/^0+/, '') || '0') + (scale > 0 ? '.' + part.slice(0, scale) : '');
}

function date(days) {
  if (days === 2147483647n || days === -2147483648n) return days > 0n ? 'infinity' : '-infinity';
  const [text, era] = civil(days);
  return text + era;
}

/** Days from 2000-01-01 in the proleptic Gregorian calendar. */
function civil(days) {
  const shifted = days + 730425n, century = floorDivide(shifted, 146097n), day = shifted - century * 146097n;
  const yearOfEra = (day - day / 1460n + day / 36524n - day / 146096n) / 365n, dayOfYear = day - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const month = (5n * dayOfYear + 2n) / 153n, year = yearOfEra + century * 400n + (month >= 10n ? 1n : 0n);
  return [`${pad(year > 0n ? year : 1n - year, 4)}-${pad(month < 10n ? month + 3n : month - 9n)}-${pad(dayOfYear - (153n * month + 2n) / 5n + 1n)}`, year > 0n ? '' : ' BC'];
}

const time = micros => `${pad(micros / 3600000000n)}:${pad(micros / 60000000n % 60n)}:${pad(micros / 1000000n % 60n)}${fraction(micros % 1000000n)}`;

function timestamp(micros, zone) {
  if (micros === 9223372036854775807n || micros === -9223372036854775808n) return micros > 0n ? 'infinity' : '-infinity';
  const days = floorDivide(micros, DAY), [day, era] = civil(days);
  return `${day} ${time(micros - days * DAY)}${zone}${era}`;
}

/** IntervalStyle postgres. */
function interval(months, days, micros) {
  const parts = [];
  let negative = false;
  for (const [value, unit] of [[Math.trunc(months / 12), 'year'], [months % 12, 'mon'], [days, 'day']]) {
    if (value === 0) continue;
    parts.push(`${negative && value > 0 ? '+' : ''}${value} ${unit}${value === 1 ? '' : 's'}`);
    negative = value < 0;
  }
  if (micros !== 0n || parts.length === 0) parts.push((micros < 0n ? '-' : negative ? '+' : '') + time(micros < 0n ? -micros : micros));
  return parts.join(' ');
}
