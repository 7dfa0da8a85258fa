/**
 * Who is signed in. The tokens live in the page's memory and travel in a header: there is no cookie that another site
 * could make the browser send, and nothing is left on the machine. Whoever reloads the page signs in again.
 */
import { makeApi, type Tokens, type User } from '../api';
import { type Failure, outcome } from '../api/failure';

/** One sign-in, from the password to its end: its tokens, which are replaced as they run out, and the exchange that is
 * under way. */
interface SignIn {
  tokens: Tokens;
  renewing: Promise<boolean> | null;
}

export class Session {
  user = $state.raw<User | null>(null);
  /** Whether the server ended the session, and not the person. */
  ended = $state(false);
  readonly api = makeApi((request) => this.#send(request));

  #current: SignIn | null = null;

  async signIn(username: string, password: string): Promise<Failure | null> {
    const signedIn = await outcome(this.api.POST('/api/auth/login', { body: { username, password } }));
    if (signedIn.failure) return signedIn.failure;
    this.#current = { tokens: signedIn.data, renewing: null };
    this.user = signedIn.data.user;
    this.ended = false;
    return null;
  }

  /** Signs out here at once, and at the server if it can be reached: without the tokens its session is of no use. */
  async signOut(): Promise<void> {
    const left = this.#current;
    this.#forget();
    if (left === null) return;
    await outcome(anonymous.POST('/api/auth/logout', { headers: { Authorization: `Bearer ${left.tokens.token}` } }));
  }

  #forget(): void {
    this.#current = null;
    this.user = null;
  }

  /** Sends a request as whoever is signed in; when the token has just run out, once more with a new one. What was asked
   * under an earlier sign-in is never asked again under another. */
  async #send(request: Request): Promise<Response> {
    const signIn = this.#current;
    if (signIn === null) return fetch(request);
    const used = signIn.tokens;
    // A body can be read only once.
    const again = request.clone();
    const response = await fetch(signed(request, used));
    if (response.status !== 401 || !(await this.#renew(signIn, used))) return response;
    return this.#current === signIn ? fetch(signed(again, signIn.tokens)) : response;
  }

  /** Whether there are newer tokens. Requests that fail together renew together, since a refresh token is good for one use. */
  async #renew(signIn: SignIn, used: Tokens): Promise<boolean> {
    if (this.#current !== signIn) return false;
    if (signIn.tokens !== used) return true;
    signIn.renewing ??= this.#exchange(signIn).finally(() => (signIn.renewing = null));
    return signIn.renewing;
  }

  async #exchange(signIn: SignIn): Promise<boolean> {
    const { refresh_token } = signIn.tokens;
    const renewed = await outcome(anonymous.POST('/api/auth/refresh', { body: { refresh_token } }));
    // Whoever it was for has signed out meanwhile, and somebody may have signed in.
    if (this.#current !== signIn) return false;
    if (renewed.failure === null) {
      signIn.tokens = renewed.data;
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
