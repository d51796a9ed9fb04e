// The audit's report, as a read-only document that the editor's own Markdown preview shows.

import * as vscode from 'vscode';

const SCHEME = 'guardline-report';
const PLACE = vscode.Uri.from({ scheme: SCHEME, path: '/Guardline audit.md' });

export class Report implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private markdown = '';
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(): string {
    return this.markdown;
  }

  async show(markdown: string): Promise<void> {
    this.markdown = markdown;
    this.changed.fire(PLACE);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', PLACE);
    } catch {
      // The preview is an extension of its own and can be switched off.
      await vscode.window.showTextDocument(PLACE, { preview: true });
    }
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
