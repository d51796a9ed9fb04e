// A person's hands and eyes in VS Code's window: headless Chromium over playwright-core.

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { CACHE, newestInstalled } from '../scene.mjs';

const INSTALLED = newestInstalled('playwright-');
const { chromium } = createRequire(join(CACHE, INSTALLED, 'package.json'))('playwright-core');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
const PATIENCE = 120_000;

export class Workbench {
  /** The hosts outside this machine that the window asked for. */
  strangers = new Set();

  constructor(page, project) {
    this.page = page;
    this.project = project;
    page.setDefaultTimeout(PATIENCE);
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') this.strangers.add(hostname);
    });
  }

  static async open({ folder, undo, origin, project }) {
    const profile = join(folder, 'chromium');
    mkdirSync(profile);
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1400, height: 900 },
      args: FLAGS,
    });
    undo(() => context.close());
    const workbench = new Workbench(context.pages()[0] ?? (await context.newPage()), project);
    await workbench.page.goto(`${origin}/?folder=${encodeURIComponent(project)}`);
    await workbench.page.waitForSelector('.monaco-workbench .explorer-folders-view .monaco-list-row');
    return workbench;
  }

  /** A picture for whoever has to find out what went wrong. */
  async photograph(name) {
    const file = join(CACHE, 'logs', `${name}.png`);
    mkdirSync(join(CACHE, 'logs'), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }

  /** Answers the question that VS Code asks about a folder it does not know. */
  async distrust() {
    await this.page.getByRole('button', { name: "No, I don't trust the authors" }).click();
  }

  async openFile(path) {
    await this.page.keyboard.press('Control+P');
    // A whole path needs no search: the search program is not part of what was installed.
    await this.#pick(join(this.project, path), (label) => label.includes(basename(path)) && label.includes(dirname(path)));
    await this.page.waitForSelector('.editor-group-container.active .monaco-editor .view-line');
  }

  async run(command) {
    await this.page.keyboard.press('F1');
    await this.#pick(`>${command}`, (label) => label.startsWith(command));
  }

  /** Types into the quick-input box, waits until the list has followed, and takes its first entry. */
  async #pick(typed, isIt) {
    const box = this.page.locator('.quick-input-widget:visible');
    await box.locator('input[type=text], .quick-input-box input').first().fill(typed);
    const first = box.locator('.monaco-list-row.focused');
    await until(`"${typed}" to be offered`, async () => isIt((await first.getAttribute('aria-label', { timeout: 500 }).catch(() => null)) ?? ''));
    await this.page.keyboard.press('Enter');
    await box.waitFor({ state: 'hidden' });
  }

  /** The text of our item in the status bar. */
  async status() {
    return (await this.page.locator('.statusbar-item[id^="guardline"]').first().innerText({ timeout: 500 }).catch(() => '')).trim();
  }

  /** The text of the whole status bar. */
  async statusBar() {
    return this.page.locator('.part.statusbar').innerText();
  }

  async statusSays(pattern) {
    await until(`the status bar to say ${pattern}`, async () => pattern.test(await this.status()));
  }

  async showProblems() {
    await this.run('View: Focus Problems');
    await this.page.waitForSelector('.markers-panel');
  }

  #problemRows(rule) {
    return this.page.locator('.markers-panel .monaco-list-row', { hasText: rule });
  }

  /** How many problems of a rule the Problems view lists. */
  async problems(rule) {
    return this.#problemRows(rule).count();
  }

  async problemsAre(rule, count) {
    await until(`${count} × ${rule} among the problems`, async () => (await this.problems(rule)) === count);
  }

  async squigglesAre(isRight, wanted) {
    await until(`${wanted} in the editor`, async () => isRight(await this.page.locator('.monaco-editor .squiggly-error').count()));
  }

  /** Goes to the first problem of the rule, opens the menu of quick fixes, and takes the one with this title. */
  async fix(rule, title) {
    await this.#problemRows(rule).first().dblclick();
    await this.page.waitForSelector('.monaco-editor.focused');
    // The provider answers late, or with nothing, while the document is still new to the server.
    const menu = this.page.locator('.action-widget');
    await until(`a fix called ${title}`, async () => {
      if (!(await menu.isVisible())) await this.page.keyboard.press('Control+.');
      await menu.waitFor({ state: 'visible', timeout: 3_000 }).catch(() => undefined);
      if (await menu.locator('.monaco-list-row', { hasText: title }).count()) return true;
      await this.page.keyboard.press('Escape');
      return false;
    });
    const titles = await menu.locator('.monaco-list-row').allInnerTexts();
    // Keys, not clicks: VS Code 1.100 puts a layer over this list that takes the pointer.
    for (let step = 0; step < titles.length; step++) {
      if (title.test(await menu.locator('.monaco-list-row.focused').innerText())) break;
      await this.page.keyboard.press('ArrowDown');
    }
    await this.page.keyboard.press('Enter');
    await menu.waitFor({ state: 'hidden' });
    return titles.map((text) => text.trim());
  }

  async saveAll() {
    await this.run('File: Save All');
    await until('everything to be saved', async () => (await this.page.locator('.tab.dirty').count()) === 0);
  }

  /** The Markdown preview is open and says so. It is a page in a page in a page, and filled last. */
  async previewSays(pattern) {
    const body = this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame').locator('body');
    await until(`the preview to say ${pattern}`, async () => pattern.test(await body.innerText({ timeout: 1_000 }).catch(() => '')));
  }
}

/** Waits for a condition by looking again and again; there is no event for what a person sees. */
async function until(what, isSo) {
  const deadline = Date.now() + PATIENCE;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
