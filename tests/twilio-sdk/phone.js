// A phone made of Twilio's SDK, with promises in place of events. `window.phone` is what the test calls.

const LIMIT_MS = 20_000;
/** Output volume, 0 to 1, from which something is heard: the fake microphone's beeps are at 0.3 and more. */
const AUDIBLE = 0.05;

/** Everything that happened and was not asked for yet: {name, detail}. */
const happened = [];
const waiting = [];
let device;
/** The call of now: the last one placed or received. */
let call;
let heardAt = 0;
let sample;

function note(name, detail) {
  happened.push({ name, detail: detail ?? null });
  for (const look of [...waiting]) look();
}

/** Waits until `look` gives something other than undefined; it is asked again whenever something happens. */
function until(what, look) {
  return new Promise((resolve, reject) => {
    let poll, limit;
    const attempt = () => {
      const found = look();
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const stop = () => {
      clearInterval(poll);
      clearTimeout(limit);
      waiting.splice(waiting.indexOf(attempt), 1);
    };
    limit = setTimeout(() => {
      stop();
      reject(new Error(`waited ${LIMIT_MS} ms for ${what}; meanwhile: ${happened.map((it) => it.name).join(", ")}`));
    }, LIMIT_MS);
    poll = setInterval(attempt, 50);
    waiting.push(attempt);
    attempt();
  });
}

const told = (error) => ({ code: error.code, message: error.message, name: error.name });

function follow(newCall) {
  call = newCall;
  heardAt = 0;
  call.on("ringing", (hasEarlyMedia) => note("ringing", hasEarlyMedia));
  call.on("accept", () => note("accept"));
  call.on("cancel", () => note("cancel"));
  call.on("reject", () => note("reject"));
  call.on("disconnect", () => note("disconnect"));
  call.on("error", (error) => note("call error", told(error)));
  call.on("reconnecting", (error) => note("reconnecting", told(error)));
  call.on("reconnected", () => note("reconnected"));
  call.on("messageSent", () => note("message sent"));
  call.on("volume", (_input, output) => {
    if (output > AUDIBLE) heardAt = performance.now();
  });
  call.on("sample", (latest) => {
    sample = latest;
  });
}

window.phone = {
  /** Makes the device; nothing is sent yet. */
  start(token, options) {
    device = new Twilio.Device(token, {
      publishEvents: false,
      logLevel: "silent",
      codecPreferences: ["opus", "pcmu"],
      maxCallSignalingTimeoutMs: 30_000,
      enableImprovedSignalingErrorPrecision: true,
      ...options,
    });
    device.on("registered", () => note("registered"));
    device.on("unregistered", () => note("unregistered"));
    device.on("error", (error) => note("device error", told(error)));
    device.on("incoming", (incoming) => {
      follow(incoming);
      note("incoming", {
        parameters: { ...incoming.parameters },
        custom: Object.fromEntries(incoming.customParameters),
      });
    });
  },

  /** Registers; gives the identity that the server told. */
  async register() {
    await device.register();
    return device.identity;
  },

  unregister: () => device.unregister(),

  /** Like `register`, for when it shall fail. */
  attemptToRegister() {
    device.register().catch(() => note("refused"));
  },

  async dial(params) {
    follow(await device.connect({ params }));
  },

  /** Waits for an event and takes it out, so that the next wait is for the next one. Gives its detail. */
  wait(name) {
    return until(name, () => {
      const index = happened.findIndex((it) => it.name === name);
      return index < 0 ? undefined : happened.splice(index, 1)[0].detail;
    });
  },

  /** What happened and was not waited for. */
  rest: () => happened.map((it) => it.name),

  accept: () => call.accept(),
  reject: () => call.reject(),
  hangUp: () => call.disconnect(),
  mute: (on) => call.mute(on),
  digits: (text) => call.sendDigits(text),
  message: (content) => call.sendMessage({ content, messageType: "user-defined-message" }),
  updateToken: (token) => device.updateToken(token),
  status: () => call.status(),
  state: () => device.state,
  sid: () => call.parameters.CallSid,

  /** Waits until something is heard that was said from now on. */
  hears() {
    const from = performance.now();
    return until("a sound", () => (heardAt > from ? true : undefined));
  },

  /** Waits until nothing was heard for so long. */
  hearsNothing(spanMs) {
    const from = performance.now();
    return until("silence", () => (performance.now() - Math.max(heardAt, from) > spanMs ? true : undefined));
  },

  /** The SDK's own statistics, once packets have come since now. */
  async statistics() {
    const before = sample;
    await until("statistics", () => (sample !== before && sample.packetsReceived > 10 ? true : undefined));
    const { codecName, packetsReceived, packetsSent, packetsLostFraction, jitter, mos, rtt } = sample;
    return { codecName, packetsReceived, packetsSent, packetsLostFraction, jitter, mos, rtt };
  },

  stop: () => device?.destroy(),
};
