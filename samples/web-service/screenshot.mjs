// Drops a picture on the page in a real browser, and keeps what it shows as page.png. Needs playwright-core and a Chromium:
//   npm install --no-save playwright-core && node screenshot.mjs http://127.0.0.1:5000 picture.png [/usr/bin/chromium]
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [address, picture, browserPath = '/usr/bin/chromium'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 640, height: 520 } });
const problems = [];
page.on('pageerror', e => problems.push(e.message));
page.on('console', m => m.type() === 'error' && problems.push(m.text()));

async function drop(name, bytes) {
  const transfer = await page.evaluateHandle(({ name, bytes }) => {
    const t = new DataTransfer();
    t.items.add(new File([new Uint8Array(bytes)], name));
    return t;
  }, { name, bytes: [...bytes] });
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
}

await page.goto(address);
await drop(basename(picture), readFileSync(picture));
await page.waitForSelector('#answers li');
console.log(await page.locator('#answers li').allInnerTexts());
await page.screenshot({ path: join(dirname(fileURLToPath(import.meta.url)), 'page.png') });
if (problems.length > 0) throw new Error(problems.join('; '));

// What is not a picture gets one line, and the page goes on.
await drop('text.png', Buffer.from('not a picture'));
await page.waitForFunction(() => document.getElementById('error').textContent !== '');
console.log(await page.locator('#error').innerText());
await browser.close();
