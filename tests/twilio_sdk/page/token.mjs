// Judges a voice token by Twilio's own library: by the verifier it brings, and against a token that it makes itself.

import { createRequire } from "node:module";
import twilio from "twilio";

// The one that twilio itself uses.
const jsonwebtoken = createRequire(createRequire(import.meta.url).resolve("twilio"))("jsonwebtoken");

/**
 * Verifies the token, and has Twilio's library make one that says the same. Throws if the signature is bad or the
 * token has expired. Gives both, decoded.
 */
export function judgeToken(token, secret) {
  const claims = jsonwebtoken.verify(token, secret, { algorithms: ["HS256"] });
  const { AccessToken } = twilio.jwt;
  const twin = new AccessToken(claims.sub, claims.iss, secret, {
    identity: claims.grants.identity,
    ttl: claims.exp - claims.iat,
  });
  twin.addGrant(
    new AccessToken.VoiceGrant({
      incomingAllow: claims.grants.voice.incoming?.allow,
      outgoingApplicationSid: claims.grants.voice.outgoing?.application_sid,
      endpointId: claims.grants.voice.endpoint_id,
    }),
  );
  const decode = (text) => {
    const { header, payload } = jsonwebtoken.decode(text, { complete: true });
    return { header, payload };
  };
  const [ours, theirs] = [decode(token), decode(twin.toJwt())];
  // Theirs was issued now and not when ours was.
  const shift = ours.payload.iat - theirs.payload.iat;
  theirs.payload.iat += shift;
  theirs.payload.exp += shift;
  theirs.payload.jti = `${theirs.payload.iss}-${theirs.payload.iat}`;
  return { ours, theirs };
}
