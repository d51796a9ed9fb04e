// Starts the server, shows what it understood, and offers its audit. Everything else is the server's.

import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { LanguageClient, State, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';
import { findServer } from './binary';
import { DOCUMENTS } from './documents';
import { Report } from './report';
import { changedSettings, chosenSettings, type Inspected } from './settings';
import { statusText, type ServerState, type Understood } from './statusText';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const guardline = new Guardline(context.extensionPath);
  active = guardline;
  context.subscriptions.push(
    guardline,
    vscode.commands.registerCommand('guardline.audit', () => guardline.audit()),
    vscode.commands.registerCommand('guardline.restart', () => guardline.restart()),
    vscode.commands.registerCommand('guardline.showLog', () => guardline.log.show()),
    vscode.commands.registerCommand('guardline.menu', () => guardline.menu()),
    vscode.workspace.onDidChangeConfiguration((event) => guardline.configured(event)),
  );
  await guardline.start();
}

export async function deactivate(): Promise<void> {
  await active?.stop();
}

let active: Guardline | undefined;

class Guardline implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('Guardline', { log: true });
  private readonly status = vscode.window.createStatusBarItem('guardline.status', vscode.StatusBarAlignment.Left, 0);
  private readonly report = new Report();
  private client: LanguageClient | undefined;
  private understood: Understood | undefined;
  private state: ServerState = 'starting';

  constructor(private readonly folder: string) {
    this.status.name = 'Guardline';
    this.status.command = 'guardline.menu';
    this.say('starting');
    this.status.show();
  }

  async start(): Promise<void> {
    const found = findServer({
      configured: settings().get<string>('server.path', ''),
      extension: this.folder,
      path: process.env['PATH'] ?? '',
      workspaces: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      windows: process.platform === 'win32',
      isProgram,
    });
    if (found.kind === 'missing') {
      this.say('missing');
      void this.tell(`Guardline cannot start: ${found.reason}.`, 'Open Settings');
      return;
    }
    this.log.info(`Starting ${found.file}`);
    const client = new LanguageClient('guardline', 'Guardline', serverOptions(found.file), this.clientOptions());
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      if (newState !== State.Running) this.understood = undefined;
      this.say(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped');
    });
    client.onNotification('guardline/status', (understood: Understood) => {
      this.understood = understood;
      if (client.isRunning()) this.say('running');
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.say('stopped');
      void this.tell(`Guardline's server did not start: ${error instanceof Error ? error.message : String(error)}`, 'Show Log');
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.understood = undefined;
    // It may never have come up, or be gone already.
    await client?.dispose().catch((error: unknown) => this.log.warn(String(error)));
  }

  async restart(): Promise<void> {
    this.say('starting');
    await this.stop();
    await this.start();
  }

  async audit(): Promise<void> {
    const client = this.client;
    if (client === undefined || !client.isRunning()) {
      await this.tell('Guardline is not running.', 'Show Log');
      return;
    }
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Guardline: auditing the project', cancellable: true },
      async (_progress, cancelled) => {
        const markdown: unknown = await client.sendRequest('workspace/executeCommand', { command: 'guardline.auditWorkspace', arguments: [] }, cancelled);
        if (typeof markdown === 'string') await this.report.show(markdown);
      },
    );
  }

  async menu(): Promise<void> {
    const entries = [
      { label: '$(checklist) Audit Now', command: 'guardline.audit' },
      { label: '$(output) Show Log', command: 'guardline.showLog' },
      { label: '$(debug-restart) Restart Server', command: 'guardline.restart' },
      { label: '$(gear) Settings', command: 'workbench.action.openSettings', argument: 'guardline.' },
    ];
    const chosen = await vscode.window.showQuickPick(entries, { title: statusText(this.state, this.understood).tooltip });
    if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command, chosen.argument);
  }

  configured(event: vscode.ConfigurationChangeEvent): void {
    if (event.affectsConfiguration('guardline.server.path') || event.affectsConfiguration('guardline.diagnostics')) {
      void this.restart();
    } else if (event.affectsConfiguration('guardline') && this.client?.isRunning() === true) {
      void this.client.sendNotification('workspace/didChangeConfiguration', { settings: { guardline: changedSettings(inspector()) } });
    }
  }

  dispose(): void {
    this.status.dispose();
    this.report.dispose();
    this.log.dispose();
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: DOCUMENTS,
      outputChannel: this.log,
      traceOutputChannel: this.log,
      diagnosticCollectionName: 'guardline',
      initializationOptions: chosenSettings(inspector()),
    };
  }

  private say(state: ServerState): void {
    this.state = state;
    const { text, tooltip, isWarning } = statusText(state, this.understood);
    this.status.text = text;
    this.status.tooltip = tooltip;
    this.status.backgroundColor = isWarning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  private async tell(message: string, button: 'Open Settings' | 'Show Log'): Promise<void> {
    this.log.error(message);
    if ((await vscode.window.showErrorMessage(message, button)) === undefined) return;
    if (button === 'Show Log') this.log.show();
    else await vscode.commands.executeCommand('workbench.action.openSettings', 'guardline.server.path');
  }
}

function settings(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('guardline');
}

function inspector(): (name: string) => Inspected | undefined {
  const at = settings();
  return (name) => at.inspect(name);
}

// The home folder as the working folder: a program looked up or a file written relatively must not land in the workspace.
function serverOptions(command: string): ServerOptions {
  return { command, args: ['lsp'], options: { cwd: homedir() } };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
