// Reads Arrow IPC files and streams with apache-arrow, compares every value with what was written, and writes them anew for the way back.
//
//   node check-arrow.mjs FOLDER
//
// Beside each x.arrow lies x.expected.jsonl, a row a line in the form of arrow-values.mjs. What apache-arrow makes of it goes to x.js.arrow (file) and
// x.js.arrows (stream). Prints one line a file and ends with exit code 1 when one differs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { rows } from './arrow-values.mjs';

const [folder] = process.argv.slice(2);
let failed = 0;
for (const file of readdirSync(folder).filter(name => name.endsWith('.arrow') && !name.endsWith('.js.arrow')).sort()) {
  let outcome;
  try {
    outcome = check(file);
  } catch (error) {
    outcome = `failed: ${error.stack ?? error}`;
  }
  if (!outcome.startsWith('equal')) failed++;
  console.log(`${file}: ${outcome}`);
}
process.exit(failed ? 1 : 0);

function check(file) {
  const expected = readFileSync(join(folder, file.replace(/\.arrow$/, '.expected.jsonl')), 'utf8').split('\n').filter(line => line);
  const table = tableFromIPC(readFileSync(join(folder, file)));
  const got = [...rows(table)];
  if (got.length !== expected.length) return `has ${got.length} rows, expected ${expected.length}`;
  for (let row = 0; row < got.length; row++) {
    if (got[row] !== expected[row]) return `differs in row ${row}: read ${got[row]}, expected ${expected[row]}`;
  }
  const replacesDictionaries = file.startsWith('dictionaries');     // which files may not
  if (!replacesDictionaries) writeFileSync(join(folder, file.replace(/\.arrow$/, '.js.arrow')), tableToIPC(table, 'file'));
  writeFileSync(join(folder, file.replace(/\.arrow$/, '.js.arrows')), tableToIPC(table, 'stream'));
  return `equal, ${got.length} rows of ${table.numCols} columns`;
}
