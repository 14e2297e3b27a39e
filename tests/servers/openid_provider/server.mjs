// An OpenID provider for tests: the certified library oidc-provider with invented people and a sign-in form of our own.
// Decides who may sign in and which scopes each is granted; the protocol is the library's. Everything comes from the
// JSON file that is named on the command line: { issuer, port, certificate, key, jwks, clients, people, audience }.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { parse } from 'node:querystring';

import Provider from 'oidc-provider';

const given = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const RESOURCE = 'urn:immunity:lookup'; // what a terminal names to get a token for the lookup service
const SCOPES = ['lookup', 'console', 'audit', 'admin', 'training'];
const PROFILE = ['given_name', 'family_name', 'employer', 'ori', 'sworn_officer', 'ncic_certified'];

const provider = new Provider(given.issuer, {
  clients: given.clients,
  jwks: given.jwks,
  cookies: { keys: [given.cookie_key] },
  scopes: ['openid', 'profile', ...SCOPES],
  claims: { openid: ['sub', 'acr', 'amr'], profile: PROFILE },
  pkce: { required: () => true, methods: ['S256'] },
  responseTypes: ['code'],
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: SCOPES.join(' '),
        audience: given.audience,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  extraTokenClaims: (ctx, token) => ({ ori: given.people[token.accountId].claims.ori }),
  findAccount: (ctx, id) => given.people[id] && {
    accountId: id,
    claims: () => ({ sub: id, ...given.people[id].claims }),
  },
  async loadExistingGrant(ctx) { // everybody is granted what they may, and is not asked about it
    const { accountId } = ctx.oidc.session;
    const may = given.people[accountId].scopes;
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId });
    grant.addOIDCScope(['openid', 'profile', ...may].join(' '));
    grant.rejectOIDCScope(SCOPES.filter((scope) => !may.includes(scope)).join(' '));
    grant.addResourceScope(RESOURCE, may.join(' '));
    grant.rejectResourceScope(RESOURCE, SCOPES.filter((scope) => !may.includes(scope)).join(' '));
    await grant.save();
    return grant;
  },
});

const FORM = `<!doctype html><title>Sign in</title><form method="post">
<input name="name"><input name="password" type="password"><input name="code"><button>Sign in</button>
<button name="cancel" value="yes">Cancel</button></form>`;

async function interaction(request, response) {
  await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('Content-Type', 'text/html');
    return response.end(FORM);
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const typed = parse(Buffer.concat(chunks).toString());
  if (typed.cancel) {
    return provider.interactionFinished(request, response, { error: 'access_denied' });
  }
  const person = given.people[typed.name];
  if (!person || person.password !== typed.password || (person.code && person.code !== typed.code)) {
    response.statusCode = 401;
    return response.end(FORM);
  }
  const amr = person.code ? ['pwd', 'otp'] : ['pwd'];
  return provider.interactionFinished(request, response, { login: { accountId: typed.name, amr } });
}

const answer = provider.callback();
const secrets = { cert: readFileSync(given.certificate), key: readFileSync(given.key) };
createServer(secrets, (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  return interaction(request, response).catch(() => { response.statusCode = 400; response.end(); });
}).listen(given.port, '127.0.0.1');
