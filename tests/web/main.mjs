// What a person does with the web pages, in a real browser: main.mjs BINARY FOLDER. Screenshots go to FOLDER/screenshots.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Server } from './server.mjs';

const [binary, folder] = process.argv.slice(2);
const { chromium } = createRequire(path.join(folder, 'package.json'))('playwright-core');

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const SIZES = { wide: { width: 1280, height: 860 }, narrow: { width: 390, height: 844 } };
const TOKENS = '/-/user_settings/personal_access_tokens';
const PAGES = {
  connect: '/', tokens: `${TOKENS}?name=Editor&scopes=api`, preferences: '/-/profile/preferences', playground: '/-/playground',
  instance: '/admin', users: '/admin/users', projects: '/admin/projects', usage: '/admin/usage', failure: '/oauth/authorize',
};

const scratch = mkdtempSync(path.join(tmpdir(), 'code-suggestions-web-'));
const shots = path.join(folder, 'screenshots');
rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });

const server = await Server.start(binary, path.join(scratch, 'data'));
const browser = await chromium.launchPersistentContext(path.join(scratch, 'profile'), {
  executablePath: '/usr/bin/chromium', headless: true, args: FLAGS, viewport: SIZES.wide, colorScheme: 'light',
});
browser.setDefaultTimeout(60_000);
const page = await browser.newPage();
const complaints = [];
page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
page.on('pageerror', (error) => complaints.push(String(error)));

let passed = 0;
try {
  for (const check of [signIn, connect, accessToken, preferences, playground, oauth, administration, everyPageInEveryLight, narrow]) {
    try {
      await check();
    } catch (error) {
      await page.screenshot({ path: path.join(shots, `failed-${check.name}.png`) });
      throw new Error(`${check.name}: ${error.stack}`);
    }
    passed += 1;
    console.log(`ok ${passed} - ${check.name}`);
  }
  assert.deepEqual(complaints, [], 'the browser complained');
} finally {
  await browser.close();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
console.log(`${passed} passed, 0 failed; screenshots in ${shots}`);

function open(place) {
  return page.goto(server.url + place);
}

function complete(token) {
  return fetch(`${server.url}/api/v4/code_suggestions/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ current_file: { file_name: 'a.py', content_above_cursor: 'x = 1\nx' }, intent: 'completion' }),
  });
}

async function until(status, ask) {
  // What a page has written is seen by the next look at the database, a few milliseconds later.
  for (let attempts = 0; attempts < 50; attempts += 1) {
    const response = await ask();
    if (response.status === status) return response;
  }
  throw new Error(`never ${status}`);
}

async function signIn() {
  await open('/-/playground');
  await page.getByLabel('User name').fill('root');
  await page.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('User name or password is wrong').waitFor();
  // The link that the first start printed.
  await page.goto(server.link);
  await page.getByRole('button', { name: 'Sign in as root' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.goto(server.link);
  await page.getByRole('alert').getByText('has been used').waitFor();
}

async function connect() {
  await open('/');
  assert.equal((await page.locator('#url').textContent()).trim(), server.url);
  await page.getByText('Neovim').click();
  await page.getByText('GitLabCodeSuggestionsStart').waitFor();
  // By keyboard, the first stop of a page leads past its navigation.
  await open('/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.hash), '#content');
}

async function accessToken() {
  await open(`${TOKENS}?name=GitLab+Workflow+Extension&scopes=api`);
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'GitLab Workflow Extension');
  assert.ok(await page.locator('input[value="api"]').isChecked());
  await page.getByRole('button', { name: 'Create token' }).click();
  const token = (await page.locator('#token').textContent()).trim();
  assert.match(token, /^glpat-/);
  await page.screenshot({ path: path.join(shots, 'token-made.png') });
  assert.equal((await complete(token)).status, 200);
  await open(TOKENS);
  assert.ok(!(await page.content()).includes(token), 'shown once');
  await page.getByRole('button', { name: 'Revoke GitLab Workflow Extension' }).click();
  await page.getByRole('status').getByText('revoked').waitFor();
  await until(401, () => complete(token));
}

async function preferences() {
  await open('/-/profile/preferences');
  await page.getByRole('button', { name: 'Switch Code Suggestions off' }).click();
  await page.getByRole('button', { name: 'Switch Code Suggestions on' }).click();
  await page.getByRole('status').getByText('Code Suggestions are on for you').waitFor();
  await page.getByLabel('New password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByRole('status').getByText('The password is set').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await open(TOKENS);
  await page.getByLabel('User name').fill('root');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Access tokens' }).waitFor();
}

async function playground() {
  const code = page.getByRole('textbox', { name: 'Code' });
  const ghost = page.locator('.ghost');
  const type = async () => {
    await open('/-/playground');
    await code.focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Backspace');
    await page.keyboard.type(':');
    await ghost.filter({ hasText: /\S/ }).waitFor();
  };
  await type();
  await page.getByText('Suggestion shown').waitFor();
  assert.match(await page.locator('#first').textContent(), /^\d+ ms$/);
  assert.match(await page.locator('#total').textContent(), /^\d+ ms$/);
  assert.match(await page.locator('#model').textContent(), /code-suggestions/);
  await page.screenshot({ path: path.join(shots, 'ghost-text.png') });
  const suggestion = await ghost.textContent();
  const before = await code.inputValue();
  await page.keyboard.press('Tab');
  assert.equal(await code.inputValue(), before + suggestion, 'Tab takes it');
  await type();
  const kept = await code.inputValue();
  await page.keyboard.press('Escape');
  await page.getByText('Dismissed').waitFor();
  assert.equal(await code.inputValue(), kept, 'Escape dismisses it');
  assert.ok(!(await page.locator('.sheet').getAttribute('class')).includes('suggesting'));
  await page.keyboard.press('Tab');
  assert.ok(!(await code.evaluate((area) => area === document.activeElement)), 'without a suggestion Tab goes on');
}

async function oauth() {
  const clientId = server.command('application', 'add', 'Editors').trim();
  const verifier = randomBytes(32).toString('base64url');
  const editor = createServer((request, response) => response.end('You can close this page.'));
  await new Promise((resolve) => { editor.listen(0, '127.0.0.1', resolve); });
  const redirect = `http://127.0.0.1:${editor.address().port}/api/oauth/gitlab/authorization`;
  const query = new URLSearchParams({
    client_id: clientId, redirect_uri: redirect, response_type: 'code', state: 'a b', scope: 'api',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  try {
    await open(`/oauth/authorize?${query}`);
    await page.getByRole('heading', { name: 'Authorize Editors?' }).waitFor();
    await page.screenshot({ path: path.join(shots, 'authorize.png') });
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.waitForURL(`${redirect}?**`);
    const answer = new URL(page.url()).searchParams;
    assert.equal(answer.get('state'), 'a b');
    const response = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: clientId, redirect_uri: redirect, grant_type: 'authorization_code', code: answer.get('code'),
        code_verifier: verifier,
      }),
    });
    assert.equal(response.status, 200);
    const { access_token: token } = await response.json();
    assert.equal((await complete(token)).status, 200);
    await open(TOKENS);
    await page.getByRole('button', { name: 'Disconnect Editors' }).click();
    await until(401, () => complete(token));
  } finally {
    editor.closeAllConnections();
    editor.close();
  }
}

async function administration() {
  await open('/admin');
  await page.getByRole('button', { name: 'Ask it for a suggestion' }).click();
  await page.getByRole('status').getByText('The gateway answers').waitFor();
  await open('/admin/users');
  await page.getByLabel('User name').fill('alice');
  await page.getByRole('button', { name: 'Add user' }).click();
  const link = (await page.locator('#link').textContent()).trim();
  assert.match(link, /\/users\/sign_in\?link=/);
  await page.screenshot({ path: path.join(shots, 'user-added.png') });
  await page.getByRole('button', { name: 'Block alice' }).click();
  await page.getByRole('status').getByText('blocked and signed out').waitFor();
  await page.getByRole('button', { name: 'Unblock alice' }).click();
  await open('/admin/projects');
  await page.getByLabel('Full path').fill('group/secret');
  await page.getByRole('button', { name: 'Switch off', exact: true }).click();
  await page.getByText('group/secret').waitFor();
}

async function everyPageInEveryLight() {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const grounds = new Set();
    for (const [name, place] of Object.entries(PAGES)) {
      await open(place);
      grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      await page.screenshot({ path: path.join(shots, `${name}-${scheme}.png`), fullPage: true });
    }
    assert.equal(grounds.size, 1);
    const [, red] = [...grounds][0].match(/rgb\((\d+)/);
    assert.ok(scheme === 'dark' ? red < 64 : red > 192, `${scheme}: ${red}`);
    await contrast(scheme);
  }
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('status of 401')));
}

/** Every text has a contrast of 4.5:1 with what is behind it (WCAG 2.2, 1.4.3). */
async function contrast(scheme) {
  for (const place of Object.values(PAGES)) {
    await open(place);
    const weak = await page.evaluate(() => {
      const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
      const luminance = (colour) => numbers(colour).slice(0, 3)
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
      const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const colour = getComputedStyle(at).backgroundColor;
          if ((numbers(colour)[3] ?? 1) === 1) return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      return [...document.querySelectorAll('body *')]
        .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .filter((element) => element.checkVisibility() && !element.closest('.mirror, .hidden-text, .skip, noscript'))
        .map((element) => {
          const [a, b] = [getComputedStyle(element).color, behind(element)].map(luminance).sort((x, y) => y - x);
          return { text: element.textContent.trim().slice(0, 40), ratio: (a + 0.05) / (b + 0.05) };
        })
        .filter(({ ratio }) => ratio < 4.5);
    });
    assert.deepEqual(weak, [], `${scheme} ${place}`);
  }
}

async function narrow() {
  await page.setViewportSize(SIZES.narrow);
  await page.emulateMedia({ colorScheme: 'light' });
  for (const [name, place] of Object.entries(PAGES)) {
    await open(place);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
    await page.screenshot({ path: path.join(shots, `${name}-narrow.png`), fullPage: true });
  }
  await open('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await open('/users/sign_in');
  await page.screenshot({ path: path.join(shots, 'sign-in-narrow.png') });
  await page.setViewportSize(SIZES.wide);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: path.join(shots, `sign-in-${scheme}.png`) });
  }
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !/status of (401|422)/.test(text)));
}
