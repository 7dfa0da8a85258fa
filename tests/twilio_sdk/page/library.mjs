// Twilio's own library as a customer's program: it asks the API of the stand-in and makes sense of what is answered.

import twilio from "twilio";

/** The library's own HTTP client, led to another host than Twilio's. */
class Led extends twilio.RequestClient {
  constructor(api, options) {
    super(options);
    this.api = api;
  }

  request(options) {
    const { pathname, search } = new URL(options.uri);
    return super.request({ ...options, uri: `${this.api}${pathname}${search}` });
  }
}

/** Fields that hold moments, wherever they occur. */
const MOMENTS = ["dateCreated", "dateUpdated", "startTime", "endTime"];

/** What the library read, as plain values. Throws if it looked for a field that was not there, or found no moment in one. */
function read(answer) {
  if (Array.isArray(answer)) return answer.map(read);
  if (typeof answer?.toJSON !== "function" || answer instanceof Date) return answer;
  const fields = answer.toJSON();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) throw new Error(`there is no ${name} in what was answered`);
    const isMoment = value === null || (value instanceof Date && !Number.isNaN(value.getTime()));
    if (MOMENTS.includes(name) && !isMoment) throw new Error(`${name} is no moment: ${value}`);
  }
  return fields;
}

/**
 * Goes along the library's client step by step, where a name is a property and a list a method with what it takes, as in
 * `["calls", ["create", {…}]]`. Gives what was read, or how the library tells of a refusal.
 */
export async function askApi({ api, account, username, password, options, steps }) {
  const httpClient = new Led(api, options);
  const client = twilio(username, password, { accountSid: account, httpClient });
  try {
    let place = client;
    for (const step of steps) {
      place = await (Array.isArray(step) ? place[step[0]](...step.slice(1)) : place[step]);
    }
    return { read: read(place) };
  } catch (error) {
    if (!(error instanceof twilio.RestException)) throw error;
    const { status, code, message, moreInfo } = error;
    const retryAfter = httpClient.lastResponse.headers["retry-after"] ?? null;
    return { refused: { status, code, message, moreInfo, retryAfter } };
  }
}

/** An access token as the library makes it. */
export function makeToken({ account, key, secret, app, identity, ttl }) {
  const { AccessToken } = twilio.jwt;
  const token = new AccessToken(account, key, secret, { identity, ttl });
  token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true, outgoingApplicationSid: app }));
  return token.toJwt();
}
