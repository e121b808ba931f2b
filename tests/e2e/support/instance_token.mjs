// The real gateway's view of the token with which the server presents itself.
import { createPublicKey, verify } from 'node:crypto';

/**
 * Checks the token of a request as the real gateway does: keys from the discovery document of the
 * instance, RS256, audience, times, and the claims that the headers must agree with.
 */
export async function checkInstanceToken({ headers }, instanceUrl) {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const [head, claims, signature] = token.split('.');
  if (!signature) throw new Error(`no JWT in the Authorization header`);
  const { alg } = decode(head);
  if (alg !== 'RS256') throw new Error(`alg is ${alg}`);

  const discovery = await getJson(`${instanceUrl}/.well-known/openid-configuration`);
  const { keys } = await getJson(discovery.jwks_uri);
  const signed = keys.some((jwk) => verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${claims}`),
    createPublicKey({ key: jwk, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  ));
  if (!signed) throw new Error('no published key fits the signature');

  const { aud, sub, exp, nbf, gitlab_realm: realm } = decode(claims);
  const now = Date.now() / 1000;
  if (![aud].flat().includes('gitlab-ai-gateway')) throw new Error(`aud is ${aud}`);
  if (!(nbf <= now && now < exp)) throw new Error(`valid from ${nbf} to ${exp}, now is ${now}`);
  expectHeader(headers, 'x-gitlab-authentication-type', 'oidc');
  expectHeader(headers, 'x-gitlab-instance-id', sub);
  expectHeader(headers, 'x-gitlab-realm', realm);
}

function expectHeader(headers, name, value) {
  if (headers[name] !== value) throw new Error(`${name} is ${headers[name]}, should be ${value}`);
}

function decode(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

async function getJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.json();
}
