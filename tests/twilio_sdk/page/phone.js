// A phone made of Twilio's SDK, with promises in place of events. `window.phone` is what the test calls.

const LIMIT_MS = 20_000;
/** Output volume, 0 to 1, from which something is heard: the fake microphone's beeps are at 0.3 and more. */
const AUDIBLE = 0.05;

/** The beeps as they are: there is no echo here to be cancelled, and what is done against one softens them. */
const PLAIN = { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } };

/** Kept open: how long a busy machine takes to start the browser's microphone is no matter of a call. */
let microphone;

async function openMicrophone() {
  microphone = await navigator.mediaDevices.getUserMedia(PLAIN);
  const [track] = microphone.getAudioTracks();
  const frames = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
  await frames.read();
  await frames.cancel();
}

/** Everything that happened and was not asked for yet: {name, detail}. */
const happened = [];
const waiting = [];
let device;
/** The call of now: the last one placed or received. */
let call;
let heardAt = 0;
let sample;
/** Looks at what the call of now brings, as far as that was asked for. */
let ear;

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
      const meanwhile = happened.map(({ name, detail }) => (detail?.code ? `${name} ${detail.code}` : name));
      reject(new Error(`waited ${LIMIT_MS} ms for ${what}; meanwhile: ${meanwhile.join(", ")}`));
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
  ear = undefined;
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

/** Rows and columns of a telephone's keys. */
const KEYS = ["123", "456", "789", "*0#"];
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477];

/** From here to there voices have their tones. */
const VOICE_HZ = [300, 3500];
/** Tones are this loud at least, and everything farther away from them than the filter is wide so much softer. */
const TONE_DB = -55;
const CLEAR_DB = 10;
const FILTER_HZ = 60;

/** The strength of each frequency in the last tenth of a second. */
function spectrum() {
  if (!ear) {
    const context = new AudioContext();
    ear = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(call.getRemoteStream()).connect(ear);
  }
  const strengths = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(strengths);
  const width = ear.context.sampleRate / ear.fftSize;
  return Array.from(strengths, (strength, index) => ({ hertz: index * width, strength }));
}

function soundsLike(tones) {
  const voice = spectrum().filter(({ hertz }) => hertz >= VOICE_HZ[0] && hertz <= VOICE_HZ[1]);
  const strongest = (fits) => Math.max(...voice.filter(({ hertz }) => fits(hertz)).map((it) => it.strength));
  const softest = Math.min(...tones.map((tone) => strongest((hertz) => Math.abs(hertz - tone) < FILTER_HZ / 3)));
  const others = strongest((hertz) => tones.every((tone) => Math.abs(hertz - tone) > FILTER_HZ));
  return softest > TONE_DB && softest > others + CLEAR_DB;
}

/** Whether what was agreed on last carries the packets, and not the path of before. */
async function usesNewPath(connection) {
  const report = await connection.getStats();
  const find = (type, id) => [...report.values()].find((it) => it.type === type && (!id || it.id === id));
  const pair = find("candidate-pair", find("transport")?.selectedCandidatePairId);
  const name = pair && find("local-candidate", pair.localCandidateId)?.usernameFragment;
  return connection.localDescription.sdp.includes(`a=ice-ufrag:${name}\r\n`);
}

window.phone = {
  /** Makes a browser of it that does not know Opus; before anything else. */
  forgetOpus() {
    const all = RTCRtpReceiver.getCapabilities;
    const known = ({ mimeType }) => !["audio/opus", "audio/red"].includes(mimeType.toLowerCase());
    RTCRtpReceiver.getCapabilities = (kind) => ({ ...all(kind), codecs: all(kind).codecs.filter(known) });
  },

  /** Opens the microphone and makes the device; nothing is sent yet. */
  async start(token, options) {
    await openMicrophone();
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
    follow(await device.connect({ params, rtcConstraints: PLAIN }));
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

  accept: () => call.accept({ rtcConstraints: PLAIN }),
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

  /** Waits until these tones, in hertz, are heard together and nothing else. */
  hearsTones: (tones) => until(`tones of ${tones} Hz`, () => (soundsLike(tones) ? true : undefined)),

  /** Waits until a key of the other side's telephone is heard. */
  hearsKey(key) {
    const row = KEYS.findIndex((keys) => keys.includes(key));
    return this.hearsTones([ROWS_HZ[row], COLUMNS_HZ[KEYS[row].indexOf(key)]]);
  },

  /** The server's UDP port for the call of now. */
  mediaPort: () => Number(/a=candidate:(?:\S+ ){5}(\d+) typ host/.exec(call._mediaHandler.version.pc.remoteDescription.sdp)[1]),

  /** Restarts ICE as the SDK does by itself after a change of the network; waits until the new path is used. */
  async restartIce() {
    const connection = call._mediaHandler.version.pc;
    const before = connection.remoteDescription.sdp;
    call._mediaHandler.iceRestart();
    await until("the answer", () => (connection.remoteDescription.sdp !== before ? true : undefined));
    let isNew = false;
    const look = setInterval(async () => {
      isNew = await usesNewPath(connection);
    }, 50);
    await until("the new path", () => isNew || undefined).finally(() => clearInterval(look));
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
