// Values of Arrow streams, read by apache-arrow: arrow-streams.mjs FOLDER. Families come in, one a line, whose streams are 0.arrows, 1.arrows and so on; values go out as boundary_work.py says.
import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { rowsOf } from '../arrow-text.mjs';

const escaped = text => text === null ? '\\N' : text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
const out = readFileSync(0, 'utf8').split('\n').filter(line => line).flatMap((family, number) => {
  const rows = rowsOf(tableFromIPC(readFileSync(`${process.argv[2]}/${number}.arrows`)));
  return [`${family}\t${rows.length}`, ...rows.map(row => escaped(row[0]))];
});
process.stdout.write(out.join('\n') + '\n');
