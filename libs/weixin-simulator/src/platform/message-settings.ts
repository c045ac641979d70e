interface Receiver {
  appId: string;
  openid: string;
}

/**
 * What people set about the messages of a mini-program or account: one template or everything switched off,
 * and the choices that "always keep" (总是保持以上选择) keeps.
 */
export class MessageSettings {
  private off = new Set<string>();
  private kept = new Map<string, string>();

  /** Without a template: the main switch. */
  set(receiver: Receiver, templateId: string | undefined, on: boolean): void {
    if (on) this.off.delete(keyText(receiver, templateId));
    else this.off.add(keyText(receiver, templateId));
  }

  isOff(receiver: Receiver, templateId?: string): boolean {
    return this.off.has(keyText(receiver, templateId));
  }

  /** From now on this choice stands for the popup. */
  keep(receiver: Receiver, templateId: string, choice: string): void {
    this.kept.set(keyText(receiver, templateId), choice);
  }

  /** What the settings show of a template: only what was kept or switched off. */
  shown(receiver: Receiver, templateId: string): string | undefined {
    return this.isOff(receiver, templateId) ? 'reject' : this.kept.get(keyText(receiver, templateId));
  }

  reset(): void {
    this.off.clear();
    this.kept.clear();
  }
}

function keyText({ appId, openid }: Receiver, templateId: string | undefined): string {
  return JSON.stringify([appId, openid, templateId ?? null]);
}
