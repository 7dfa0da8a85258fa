/** The server's API, typed by its own description: `schema.ts` is generated from `crates/backend/openapi.json`. */
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema';

export type Api = Client<paths>;
export type CallRecord = components['schemas']['CallRecord'];
export type ErrorBody = components['schemas']['ErrorBody'];
export type ErrorCode = components['schemas']['ErrorCode'];
export type Health = components['schemas']['Health'];
export type Tokens = components['schemas']['LoginResponse'];
export type User = components['schemas']['User'];

/** A client of the server that this page came from. It sends no cookies and takes none. */
export function makeApi(send: (request: Request) => Promise<Response>): Api {
  return createClient<paths>({ baseUrl: location.origin, credentials: 'omit', fetch: send });
}
