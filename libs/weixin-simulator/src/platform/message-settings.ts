interface Receiver {
  appId: string;
  openid: string;
}

/** What people switched off in the settings of a mini-program or account: one template, or everything. */
export class MessageSettings {
  private off = new Set<string>();

  /** Without a template: the main switch. */
  set(receiver: Receiver, templateId: string | undefined, on: boolean): void {
    if (on) this.off.delete(keyText(receiver, templateId));
    else this.off.add(keyText(receiver, templateId));
  }

  isOff(receiver: Receiver, templateId?: string): boolean {
    return this.off.has(keyText(receiver, templateId));
  }

  reset(): void {
    this.off.clear();
  }
}

function keyText({ appId, openid }: Receiver, templateId: string | undefined): string {
  return JSON.stringify([appId, openid, templateId ?? null]);
}
