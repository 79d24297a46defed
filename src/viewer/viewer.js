// Shows the documents of the control API and of the user's scripts with Scalar, which the page has loaded before.
// Relative to the page, so that a proxy may serve it below a prefix.
const CONTROL_URL = "../../../openapi.json";
const SCRIPTS_URL = "user-openapi/spec";

const form = document.getElementById("authorization");
const field = document.getElementById("token");
const state = document.getElementById("state");
/** What Scalar shows now; null before the first time. */
let shown = null;
/** Counts attempts, so that a slow one does not take the place of a later one. */
let attempt = 0;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show(field.value.trim());
});
show("");

/** Fetches both documents with a token, or without one for "", and shows those that there are. */
async function show(token) {
  const own = ++attempt;
  state.textContent = "…";
  const [control, scripts] = await Promise.all([
    load(CONTROL_URL, token),
    load(SCRIPTS_URL + deploymentOf(location.search), token),
  ]);
  if (own !== attempt) return;
  state.textContent = describe(token, scripts.error ?? control.error);
  const servers = [{ url: new URL("../../..", location.href).href.replace(/\/$/, "") }];
  const sources = [
    {
      title: "Control API",
      slug: "control",
      content: control.document,
      servers,
      authentication: {
        preferredSecurityScheme: "bearer",
        securitySchemes: { bearer: { token } },
      },
    },
    // Scripts never get the token of the control API: theirs is another one.
    { title: "Your scripts", slug: "scripts", content: scripts.document, servers },
  ].filter(({ content }) => content !== null);
  shown?.destroy();
  document.getElementById("viewer").replaceChildren();
  if (sources.length === 0) return;
  shown = Scalar.createApiReference("#viewer", {
    sources,
    // Nothing of the page leaves this server.
    telemetry: false,
    withDefaultFonts: false,
    hideClientButton: true,
    showDeveloperTools: "never",
    persistAuth: false,
    agent: { disabled: true },
    mcp: { disabled: true },
  });
}

async function load(url, token) {
  try {
    const response = await fetch(url, token === "" ? {} : { headers: { authorization: `Bearer ${token}` } });
    if (response.ok) return { document: await response.json(), error: null };
    const { error, details } = await response.json();
    return { document: null, error: details?.reason ? `${error}: ${details.reason}` : error };
  } catch (error) {
    return { document: null, error: String(error) };
  }
}

function describe(token, error) {
  if (error !== null) return error;
  return token === "" ? "" : "The token is used for calls of the control API";
}

/** The page may be asked for another deployment than that of its Host, as every operation. */
function deploymentOf(search) {
  const asked = new URLSearchParams(search);
  const kept = new URLSearchParams();
  for (const name of ["subdomain", "execId"]) if (asked.has(name)) kept.set(name, asked.get(name));
  return kept.size === 0 ? "" : `?${kept}`;
}
