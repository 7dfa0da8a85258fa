/** A server in the page's own memory, behind `fetch`. It keeps the rules that the pages rely on. */
import { vi } from 'vitest';
import type { CallRecord, Tokens, User } from '../api';

export const user: User = {
  id: '0197a000-0000-7000-8000-000000000001',
  username: 'sara',
  name: 'Sara Hassan',
  company_id: '0197a000-0000-7000-8000-0000000000aa',
  company_name: 'Acme',
  extension: '101',
  role: 'agent',
  region: 'SA',
};

export function call(change: Partial<CallRecord> = {}): CallRecord {
  return {
    id: '0197a000-0000-7000-8000-000000000101',
    companyId: user.company_id,
    agentId: user.id,
    agentName: user.name,
    fromNumber: '101',
    toNumber: '+966501234567',
    direction: 'outbound',
    status: 'completed',
    durationSeconds: 65,
    createdAt: '2026-11-20T09:00:00.000Z',
    updatedAt: '2026-11-20T09:02:00.000Z',
    line: 'direct',
    ...change,
  } as CallRecord;
}

export class FakeServer {
  /** Every request, as `GET /api/calls?cursor=2`. */
  readonly asked: string[] = [];
  password = 'right';
  calls: CallRecord[][] = [[call()]];
  reachable = true;
  /** Set to hold back the answers to exchanges of tokens, which are made at once, until released. */
  gate: Promise<void> | null = null;
  /** Set to hold back what is answered to somebody who is signed in, which is judged at once, until released. */
  held: Promise<void> | null = null;
  /** Whether whoever was signed in ended the session. */
  signedOut = false;
  /** The tokens that are good now; each exchange makes new ones. */
  #generation = 1;

  install(): this {
    vi.stubGlobal('fetch', (request: Request) => this.#answer(request));
    return this;
  }

  /** From now on the bearer token is too old. The refresh token is good, unless the session has ended. */
  expire({ session = false } = {}): void {
    this.#generation += session ? 2 : 1;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    this.asked.push(`${request.method} ${pathname}${search}`);
    if (!this.reachable) throw new TypeError('Failed to fetch');
    if (request.credentials !== 'omit') throw new Error('no request of a page carries cookies');
    switch (`${request.method} ${pathname}`) {
      case 'GET /api/health':
        return json({ status: 'ok', version: '1.2.3', capabilities: [] });
      case 'POST /api/auth/login': {
        const { password } = (await request.json()) as { password: string };
        return password === this.password ? json(this.#tokens()) : refusal(401, 'wrong_credentials');
      }
      case 'POST /api/auth/refresh': {
        const { refresh_token } = (await request.json()) as { refresh_token: string };
        const good = refresh_token === `refresh-${this.#generation - 1}`;
        const answer = good ? json(this.#tokens()) : refusal(401, 'unauthenticated');
        await this.gate;
        return answer;
      }
    }
    const known = request.headers.get('authorization') === `Bearer token-${this.#generation}`;
    await this.held;
    if (!known) return refusal(401, 'unauthenticated');
    if (pathname === '/api/auth/logout') {
      this.signedOut = true;
      return new Response(null, { status: 204 });
    }
    const page = Number(searchParams.get('cursor') ?? 0);
    const link: Record<string, string> = page + 1 < this.calls.length ? { link: `</api/calls?cursor=${page + 1}>; rel="next"` } : {};
    return json(this.calls[page], link);
  }

  #tokens(): Tokens {
    return { token: `token-${this.#generation}`, refresh_token: `refresh-${this.#generation}`, expires_in: 900, user };
  }
}

const json = (body: unknown, headers: Record<string, string> = {}): Response => Response.json(body, { headers });

export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ code, message: 'said by the server' }, { status, headers });
