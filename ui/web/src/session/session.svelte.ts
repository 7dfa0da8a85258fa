/**
 * Who is signed in. The tokens live in the page's memory and travel in a header: there is no cookie that another site
 * could make the browser send, and nothing is left on the machine. Whoever reloads the page signs in again.
 */
import { makeApi, type Tokens, type User } from '../api';
import { type Failure, outcome } from '../api/failure';

export class Session {
  user = $state.raw<User | null>(null);
  /** Whether the server ended the session, and not the person. */
  ended = $state(false);
  readonly api = makeApi((request) => this.#send(request));

  #tokens: Tokens | null = null;
  #renewing: Promise<boolean> | null = null;

  async signIn(username: string, password: string): Promise<Failure | null> {
    const signedIn = await outcome(this.api.POST('/api/auth/login', { body: { username, password } }));
    if (signedIn.failure) return signedIn.failure;
    this.#tokens = signedIn.data;
    this.user = signedIn.data.user;
    this.ended = false;
    return null;
  }

  /** Signs out here at once, and at the server if it can be reached: without the tokens its session is of no use. */
  async signOut(): Promise<void> {
    const tokens = this.#tokens;
    this.#forget();
    if (tokens === null) return;
    await outcome(anonymous.POST('/api/auth/logout', { headers: { Authorization: `Bearer ${tokens.token}` } }));
  }

  #forget(): void {
    this.#tokens = null;
    this.#renewing = null;
    this.user = null;
  }

  /** Sends a request as whoever is signed in; when the token has just run out, once more with a new one. */
  async #send(request: Request): Promise<Response> {
    const tokens = this.#tokens;
    if (tokens === null) return fetch(request);
    // A body can be read only once.
    const again = request.clone();
    const response = await fetch(signed(request, tokens));
    if (response.status !== 401 || !(await this.#renew(tokens))) return response;
    return this.#tokens === null ? response : fetch(signed(again, this.#tokens));
  }

  /** Requests that fail together renew together, since a refresh token is good for one use. */
  #renew(used: Tokens): Promise<boolean> {
    if (this.#tokens !== used) return Promise.resolve(this.#tokens !== null);
    if (this.#renewing !== null) return this.#renewing;
    const renewing = this.#exchange(used).finally(() => {
      if (this.#renewing === renewing) this.#renewing = null;
    });
    this.#renewing = renewing;
    return renewing;
  }

  async #exchange(used: Tokens): Promise<boolean> {
    const { refresh_token } = used;
    const renewed = await outcome(anonymous.POST('/api/auth/refresh', { body: { refresh_token } }));
    // Whoever it was for has signed out meanwhile, and somebody may have signed in.
    if (this.#tokens !== used) return false;
    if (renewed.failure === null) {
      this.#tokens = renewed.data;
      return true;
    }
    if (renewed.failure.code === 'unauthenticated') {
      this.#forget();
      this.ended = true;
    }
    return false;
  }
}

const anonymous = makeApi((request) => fetch(request));

function signed(request: Request, { token }: Tokens): Request {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}
