// Fetches emoji as four vendors draw them (npm packages, 64 x 64 PNG) and lays them out, a folder a category:
//   data/train/food-drink/apple-1f34e.png    three vendors
//   data/test/food-drink/twitter-1f34e.png   the fourth, whose drawings no network has seen
// Needs node, npm and tar; 340 MB are fetched, 40 MB are kept.   node fetch.mjs [vendor to test on]
import { execFileSync, execSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const version = '16.0.0';
const vendors = ['apple', 'google', 'twitter', 'facebook'];
const tested = process.argv[2] ?? 'twitter';
if (!vendors.includes(tested)) {
  console.error(`'${tested}' is not a vendor: choose ${vendors.join(', ')}.`);
  process.exit(2);
}

const data = join(dirname(fileURLToPath(import.meta.url)), 'data');
rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });
let pictures = 0;
for (const vendor of vendors) {
  const fetched = mkdtempSync(join(data, 'fetched-'));
  const name = `emoji-datasource-${vendor}`;
  console.log(`fetching ${name}@${version}`);
  execSync(`npm pack --silent ${name}@${version}`, { cwd: fetched, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('tar', ['-xzf', `${name}-${version}.tgz`, 'package/emoji.json', `package/img/${vendor}/64`], { cwd: fetched });
  for (const emoji of JSON.parse(readFileSync(join(fetched, 'package/emoji.json'), 'utf8'))) {
    const file = join(fetched, 'package/img', vendor, '64', emoji.image);
    // Five patches of skin colour do not make a category.
    if (emoji.category === 'Component' || !existsSync(file)) continue;
    const category = emoji.category.toLowerCase().replace(/[^a-z]+/g, '-');
    cpSync(file, join(data, vendor === tested ? 'test' : 'train', category, `${vendor}-${emoji.image}`));
    pictures++;
  }
  rmSync(fetched, { recursive: true });
}
console.log(`${pictures} pictures in ${data}`);
