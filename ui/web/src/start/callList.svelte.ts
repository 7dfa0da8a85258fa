/** Calls from the server, newest first, a page at a time. */
import type { Api, CallRecord } from '../api';
import { type Failure, outcome } from '../api/failure';
import { nextCursor } from './link';

export class CallList {
  calls = $state.raw<readonly CallRecord[]>([]);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  /** Where the next page begins, `null` on the last one. */
  next = $state<string | null>(null);
  readonly #api: Api;
  /** Answers to older questions are dropped. */
  #asked = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  reload(): Promise<void> {
    return this.#load(undefined, () => []);
  }

  async more(): Promise<void> {
    if (this.next !== null && !this.loading) await this.#load(this.next, () => this.calls);
  }

  async #load(cursor: string | undefined, before: () => readonly CallRecord[]): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    const page = await outcome(this.#api.GET('/api/calls', { params: { query: { cursor } } }));
    if (asked !== this.#asked) return;
    this.loading = false;
    this.failure = page.failure;
    if (page.failure) return;
    this.calls = [...before(), ...page.data];
    this.next = nextCursor(page.response.headers.get('link'));
  }
}
