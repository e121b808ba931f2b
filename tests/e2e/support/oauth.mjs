// "Sign in with browser" as a user does it: signed in by a one-time link, the consent is given, and the code is exchanged for
// an access token (RFC 6749 section 4.1, RFC 7636). fetch hides nothing of this but the cookies, which are kept here.
import { createHash, randomBytes } from 'node:crypto';

const REDIRECT = 'vscode://gitlab.gitlab-workflow/authentication';

/** An access token for the user whom `link` signs in, made for the application `clientId`. */
export async function oauthToken(baseUrl, link, clientId) {
  const browser = new Browser(baseUrl);
  const { searchParams } = new URL(link);
  await browser.get(`${baseUrl}/users/sign_in?${searchParams}`);
  await browser.post('/users/sign_in', { link: searchParams.get('link') });

  const verifier = randomBytes(32).toString('base64url');
  const asked = {
    client_id: clientId,
    redirect_uri: REDIRECT,
    response_type: 'code',
    state: 'state',
    scope: 'api',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  await browser.get(`${baseUrl}/oauth/authorize?${new URLSearchParams(asked)}`);
  const answer = await browser.post('/oauth/authorize', { ...asked, answer: 'authorize' });
  const code = new URL(answer.headers.get('location')).searchParams.get('code');
  const exchanged = await fetch(`${baseUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId, redirect_uri: REDIRECT, grant_type: 'authorization_code', code, code_verifier: verifier,
    }),
  });
  const { access_token: token } = await exchanged.json();
  if (!token) throw new Error(`/oauth/token answered ${exchanged.status} without a token`);
  return token;
}

class Browser {
  #baseUrl;
  #cookies = new Map();
  #formToken = '';

  constructor(baseUrl) {
    this.#baseUrl = baseUrl;
  }

  get(url) {
    return this.#send(url, {});
  }

  /** Sends a form of the page that was opened last; every form here is answered by a redirect. */
  async post(path, fields) {
    const body = new URLSearchParams({ ...fields, authenticity_token: this.#formToken });
    const headers = { Origin: this.#baseUrl, 'Sec-Fetch-Site': 'same-origin' };
    const response = await this.#send(`${this.#baseUrl}${path}`, { method: 'POST', body, headers });
    if (response.status !== 303) throw new Error(`the form of ${path} was answered with ${response.status}`);
    return response;
  }

  async #send(url, { headers = {}, ...options }) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...options, headers: { ...headers, Cookie: cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    const token = /name="authenticity_token" value="([^"]*)"/.exec(await response.text());
    if (token) [, this.#formToken] = token;
    return response;
  }
}
