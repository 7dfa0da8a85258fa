// The customer's server that the stand-in asks what to do, and tells what happens. Twilio's own library judges each
// signature, and writes the TwiML.

import { createServer } from "node:http";
import { parse } from "node:querystring";
import { text } from "node:stream/consumers";
import twilio from "twilio";

const LIMIT_MS = 20_000;

const applications = new Map();

class Application {
  /** What is answered, by path. */
  documents = new Map();
  /** Requests that nobody asked for yet. */
  asked = [];
  waiting = new Set();

  constructor(authToken) {
    this.authToken = authToken;
  }

  async serve(request, response) {
    const url = `${this.url}${request.url}`;
    const form = { ...parse(await text(request)) };
    const problem = this.judge(request.headers["x-twilio-signature"], url, form);
    const { pathname: path, search } = new URL(url);
    this.asked.push({ path, query: search, method: request.method, form, problem });
    for (const look of [...this.waiting]) look();
    const { status = 204, type, body } = problem ? { status: 403 } : (this.documents.get(path) ?? {});
    response.writeHead(status, type ? { "content-type": type } : {});
    response.end(body);
  }

  /** What is wrong with a signature; null if it is Twilio's, of this request and of no other. */
  judge(signature, url, form) {
    const accepts = (url, form) => twilio.validateRequest(this.authToken, signature, url, form);
    if (!accepts(url, form)) return "Twilio's library does not take the signature";
    if (accepts(url, { ...form, Forged: "1" }) || accepts(`${url}&forged`, form)) return "the signature is good for anything";
    return null;
  }

  /** The next request at a path; others stay. */
  next(path) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const index = this.asked.findIndex((request) => request.path === path);
        if (index < 0) return;
        stop();
        const [request] = this.asked.splice(index, 1);
        if (request.problem) reject(new Error(`${path}: ${request.problem}`));
        else resolve(request);
      };
      const stop = () => {
        clearTimeout(limit);
        this.waiting.delete(look);
      };
      const limit = setTimeout(() => {
        stop();
        const others = this.asked.map((request) => request.path).join(", ");
        reject(new Error(`nothing was asked at ${path} in ${LIMIT_MS} ms, but at ${others}`));
      }, LIMIT_MS);
      this.waiting.add(look);
      look();
    });
  }
}

/** Starts one; gives its address. */
export async function startApplication({ authToken }) {
  const application = new Application(authToken);
  const server = createServer((request, response) => application.serve(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  application.url = `http://127.0.0.1:${server.address().port}`;
  applications.set(application.url, application);
  return application.url;
}

/** Adds a verb or noun, `[name, attributes, text or what is inside]`, to its parent. */
function add(parent, [name, attributes, inside]) {
  const children = Array.isArray(inside) ? inside : [];
  const element = parent[name](attributes ?? {}, Array.isArray(inside) ? undefined : inside);
  for (const child of children) add(element, child);
}

/** Answers at a path from now on with these verbs. */
export function answerWith({ application, path, verbs }) {
  const response = new twilio.twiml.VoiceResponse();
  for (const verb of verbs) add(response, verb);
  answerPlainly({ application, path, status: 200, type: "text/xml", body: response.toString() });
}

/** Answers at a path from now on with anything. */
export function answerPlainly({ application, path, status, type, body }) {
  applications.get(application).documents.set(path, { status, type, body });
}

export function nextRequest({ application, path }) {
  return applications.get(application).next(path);
}
