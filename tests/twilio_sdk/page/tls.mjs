// TLS in front of a server on this machine that speaks none: the SDK knows no other way.

import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { createServer } from "node:tls";

/** Starts it; gives its port. A connection that one end breaks is broken at the other. */
export async function startTls({ port, certificate, key }) {
  const files = { cert: await readFile(certificate), key: await readFile(key) };
  const server = createServer(files, (client) => {
    const inside = connect(port, "127.0.0.1");
    client.pipe(inside).pipe(client);
    for (const [one, other] of [
      [client, inside],
      [inside, client],
    ]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  // A client that gives up early is no error of ours.
  server.on("tlsClientError", () => {});
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}
