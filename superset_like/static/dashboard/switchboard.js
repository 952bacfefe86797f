// The page's end of the channel to the site that embeds it, as the official SDK speaks it.

const HELLO = "__embedded_comms__";

// Calls back once, with the port, when the site says hello. Whoever comes second is not heard.
export function whenGreeted(act) {
  let greeted = false;
  window.addEventListener("message", (event) => {
    const said = event.data;
    if (typeof said !== "object" || said?.type !== HELLO || said.handshake !== "port transfer" || !event.ports[0]) return;
    if (greeted) {
      console.error("[superset] already initialized");
      return;
    }
    greeted = true;
    act(event.ports[0]);
  });
}

// Answers the site's calls by these methods, and lets the page call it.
export class Switchboard {
  constructor(port, methods) {
    this.port = port;
    this.methods = methods;
    port.onmessage = (event) => this.#heard(event.data);
    port.start();
  }

  emit(method, args) {
    this.port.postMessage({ switchboardAction: "emit", method, args });
  }

  async #heard(said) {
    const method = this.methods[said?.method];
    if (said?.switchboardAction === "emit") {
      method?.(said.args);
    } else if (said?.switchboardAction === "get") {
      this.port.postMessage(await this.#answer(said, method));
    }
  }

  async #answer({ method: name, messageId, args }, method) {
    const failed = (why) => ({ switchboardAction: "error", messageId, error: `[superset] Method "${name}" ${why}` });
    if (!method) return failed("is not defined");
    try {
      return { switchboardAction: "reply", messageId, result: await method(args) };
    } catch (error) {
      console.error(error);
      return failed("threw an error");
    }
  }
}
