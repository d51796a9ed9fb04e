// What the status bar says. Nothing here imports `vscode`.

/** The server's `guardline/status` notification: what it has understood of the project. */
export interface Understood {
  readonly files: number;
  readonly handlers: number;
  readonly notUnderstood: number;
  readonly indexing: boolean;
}

export type ServerState = 'starting' | 'running' | 'stopped' | 'missing';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly isWarning: boolean;
}

export function statusText(state: ServerState, understood: Understood | undefined): StatusText {
  switch (state) {
    case 'starting':
      return plain('$(sync~spin) Guardline', 'Guardline is starting.');
    case 'stopped':
      return { text: '$(error) Guardline: stopped', tooltip: 'The server is not running. Click for the log and to restart it.', isWarning: true };
    case 'missing':
      return { text: '$(error) Guardline: no server', tooltip: 'The guardline program was not found. Click for more.', isWarning: true };
    case 'running':
      return understood === undefined ? plain('$(shield) Guardline', 'Guardline is running.') : running(understood);
  }
}

function running(understood: Understood): StatusText {
  if (understood.indexing) {
    return plain(`$(sync~spin) Guardline: reading ${count(understood.files, 'file')}`, 'Guardline is reading the project.');
  }
  const rest = understood.notUnderstood === 0 ? '' : `, ${understood.notUnderstood} not understood`;
  const handled = `${count(understood.handlers, 'handler')} checked${rest}`;
  const explained =
    understood.notUnderstood === 0
      ? ''
      : `\n\nOf ${count(understood.notUnderstood, 'handler')} Guardline could not tell what stands in front. It says nothing about them rather than guess.`;
  return plain(`$(shield) Guardline: ${handled}`, `${count(understood.files, 'file')} read, ${handled}.${explained}`);
}

function plain(text: string, tooltip: string): StatusText {
  return { text, tooltip, isWarning: false };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
