// Values of apache-arrow's columns in the canonical form of tests/Arrow.Tests/Ipc/CanonicalRows.cs, taken from the buffers that it read:
// numbers as text, floats as the bits of a double, decimals unscaled, dates in days, times and timestamps in microseconds, bytes in hex.
import { Type } from 'apache-arrow';

const microseconds = { 0: n => n * 1000000n, 1: n => n * 1000n, 2: n => n, 3: n => floorDivide(n, 1000n) };

export function canonical(data, index) {
  if (data.typeId === Type.Null) return null;
  if (data.typeId === Type.Union) {
    const ordinal = data.type.typeIdToChildIndex[data.typeIds[index]];
    return [ordinal, canonical(data.children[ordinal], data.type.mode === 1 ? data.valueOffsets[index] : index)];
  }
  if (!data.getValid(index)) return null;
  const { values, valueOffsets, type, children } = data;
  switch (data.typeId) {
    case Type.Bool: return ((values[(index + data.offset) >> 3] >> ((index + data.offset) % 8)) & 1) === 1;
    case Type.Int: return String(values[index]);
    case Type.Float: return bits(type.precision === 0 ? half(values[index]) : values[index]);
    case Type.Decimal: return String(decimal(values.subarray(data.stride * index, data.stride * (index + 1))));
    case Type.Date: return String(type.unit === 0 ? values[index] : floorDivide(BigInt(values[index]), 86400000n));
    case Type.Time: case Type.Timestamp: return String(microseconds[type.unit](BigInt(values[index])));
    case Type.Duration: return `0,0,${microseconds[type.unit](BigInt(values[index]))}`;
    case Type.Interval: return interval(type.unit, values, index);
    case Type.Utf8: case Type.LargeUtf8: return Buffer.from(slice(values, valueOffsets, index)).toString('utf8');
    case Type.Binary: case Type.LargeBinary: return hex(slice(values, valueOffsets, index));
    case Type.Utf8View: return view(data, index).toString('utf8');
    case Type.BinaryView: return hex(view(data, index));
    case Type.FixedSizeBinary: return hex(values.subarray(data.stride * index, data.stride * (index + 1)));
    case Type.List: case Type.LargeList: case Type.Map: return range(Number(valueOffsets[index]), Number(valueOffsets[index + 1])).map(i => canonical(children[0], i));
    case Type.FixedSizeList: return range(index * type.listSize, (index + 1) * type.listSize).map(i => canonical(children[0], i));
    case Type.Struct: return children.map(child => canonical(child, index));
    case Type.Dictionary: return entry(data.dictionary, Number(values[index]));
    default: throw new Error(`no canonical form of ${type}`);
  }
}

/// Rows of a table, as JSON lines that compare byte by byte.
export function* rows(table) {
  for (const batch of table.batches) {
    for (let row = 0; row < batch.numRows; row++) {
      yield JSON.stringify(batch.data.children.map(child => canonical(child, row)));
    }
  }
}

function entry(vector, index) {
  for (const data of vector.data) {
    if (index < data.length) return canonical(data, index);
    index -= data.length;
  }
  throw new Error('a code beyond its dictionary');
}

const range = (start, end) => Array.from({ length: end - start }, (_, i) => start + i);
const slice = (values, offsets, index) => values.subarray(Number(offsets[index]), Number(offsets[index + 1]));
const hex = bytes => Buffer.from(bytes).toString('hex');

function view({ values, variadicBuffers }, index) {
  const bytes = Buffer.from(values.buffer, values.byteOffset + 16 * index, 16), length = bytes.readInt32LE(0);
  if (length <= 12) return bytes.subarray(4, 4 + length);
  const offset = bytes.readInt32LE(12);
  return Buffer.from(variadicBuffers[bytes.readInt32LE(8)].subarray(offset, offset + length));
}

function interval(unit, values, index) {
  if (unit === 0) return `${values[index]},0,0`;
  if (unit === 1) return `0,${values[2 * index]},${values[2 * index + 1] * 1000}`;
  const [months, days, low, high] = values.subarray(4 * index, 4 * index + 4);
  const nanoseconds = BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  return `${months},${days},${nanoseconds / 1000n}`;
}

function decimal(words) {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i] >>> 0);
  return BigInt.asIntN(32 * words.length, value);
}

function bits(value) {
  if (Number.isNaN(value)) return 'NaN';
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  return bytes.getBigUint64(0).toString(16);
}

function half(word) {
  const exponent = (word >> 10) & 31, fraction = word & 1023, sign = word & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

function floorDivide(value, divisor) {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}
