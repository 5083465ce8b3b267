// A funded show, from the first ticket to the payout. It plays both sides, and needs a running server:
//
//     npm install openapi-fetch pusher-js && npm install --save-dev openapi-typescript typescript @types/node
//     npx openapi-typescript http://127.0.0.1:8000/schema -o api.ts
//     npx tsc --strict --target es2022 --module esnext --moduleResolution bundler show.ts
//     node show.js http://127.0.0.1:8000
import createClient from "openapi-fetch";
import Pusher from "pusher-js";
import type { components, paths } from "./api";

type Goal = components["schemas"]["Goal"];

const address = process.argv[2] ?? "http://127.0.0.1:8000";
const A_MINUTE = 60_000; // milliseconds
const TICKET = { ticket_product_id: "livestream-show-ticket_200", ticket_product_type: "show" };

/** Return what was answered, or throw the problem document. */
function answered<T>({ data, error }: { data?: T; error?: { code: string; detail: string } }): T {
  if (error !== undefined) throw new Error(`${error.code}: ${error.detail}`);
  return data as T;
}

/** Sign in, and return the calls and the channels of this user. */
async function signIn(username: string) {
  const api = createClient<paths>({ baseUrl: address });
  const { access } = answered(await api.POST("/auth/token", { body: { username, password: "demo" } }));
  const headers = { Authorization: `Bearer ${access}` };
  api.use({ onRequest: ({ request }) => request.headers.set("Authorization", headers.Authorization) });

  const { realtime } = answered(await api.GET("/config"));
  if (realtime === null) throw new Error("This server has no realtime server.");
  // pusher-js calls headersProvider for each authorization: a client that renews its token returns the new one here.
  const auth = {
    transport: "ajax" as const,
    endpoint: address + realtime.auth_path,
    headersProvider: () => headers,
  };
  const pusher = new Pusher(realtime.key, {
    cluster: realtime.cluster ?? "",
    ...(realtime.host !== null && { wsHost: realtime.host }),
    ...(realtime.port !== null && { wsPort: realtime.port, wssPort: realtime.port }),
    forceTLS: realtime.tls,
    enabledTransports: ["ws", "wss"],
    channelAuthorization: auth,
    userAuthentication: auth,
  });
  pusher.signin();
  const me = answered(await api.GET("/users/me"));
  return { api, pusher, me };
}

type Person = Awaited<ReturnType<typeof signIn>>;

/** Wait until the goal is as expected. A push says that it changed; without one, look every two seconds. */
async function waitFor(person: Person, id: string, expected: (goal: Goal) => boolean): Promise<Goal> {
  const channel = person.pusher.subscribe(`private-user@${person.me.id}`);
  const deadline = Date.now() + A_MINUTE;
  for (;;) {
    const goal = answered(await person.api.GET("/goals/{goal_id}", { params: { path: { goal_id: id } } }));
    if (expected(goal)) return goal;
    if (Date.now() > deadline) throw new Error("It did not happen within a minute.");
    await new Promise<void>((resume) => {
      const timer = setTimeout(done, 2000);
      function done() {
        clearTimeout(timer);
        channel.unbind_global(done);
        resume();
      }
      channel.bind_global(done);
    });
  }
}

/** Open a session; one that an earlier run left open is ended first. */
async function openSession({ api }: Person) {
  const body = { title: "An evening at the piano" };
  const opened = await api.POST("/sessions", { body });
  if (opened.error?.code !== "session_already_active" || opened.error.session_id === null) return answered(opened);
  await api.DELETE("/sessions/{session_id}", { params: { path: { session_id: opened.error.session_id } } });
  return answered(await api.POST("/sessions", { body }));
}

const streamer = await signIn("streamer");
const viewer = await signIn("viewer1");

// The streamer goes live, and sells tickets until 400 coins are reached. The terms bind: a show of 3 seconds.
const session = await openSession(streamer);
answered(await streamer.api.POST("/sessions/{session_id}/start", { params: { path: { session_id: session.id } } }));
const sale = answered(
  await streamer.api.POST("/goals", {
    params: { query: { type: "funding" } },
    body: {
      session_id: session.id,
      levels: [{ title: "Tickets", target: 400 }],
      exp: Math.floor(Date.now() / 1000) + 600,
      context: TICKET,
      terms: { duration: 3 },
    },
  }),
);

// The viewer reads the price, and buys two tickets for no more than that. A repeat with the same key pays once.
const offered = answered(await viewer.api.GET("/goals/{goal_id}", { params: { path: { goal_id: sale.id } } }));
if (offered.type !== "funding" || offered.terms === undefined) throw new Error("This goal sells no tickets.");
const bought = answered(
  await viewer.api.POST("/goals/{goal_id}/contributions", {
    params: { path: { goal_id: sale.id }, header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { quantity: 2, max_price: 2 * offered.terms.price },
  }),
);
console.log(`viewer1 paid ${bought.transfer.amount} coins`);
await waitFor(viewer, sale.id, (goal) => goal.outcome === "completed");

// The target is reached: the streamer makes the show, and is on stage while they are in its channel.
const show = answered(
  await streamer.api.POST("/goals", {
    params: { query: { type: "show" } },
    body: {
      levels: [{ title: "Nocturne", target: 3 }],
      context: { ...TICKET, funding_goal_id: sale.id, session_id: session.id },
    },
  }),
);
streamer.pusher.subscribe(`presence-enc-goal@${show.id}`);
const performed = await waitFor(viewer, show.id, (goal) => goal.state === "ended");
console.log(`the show is ${performed.outcome} after ${performed.progress} seconds`);

// The escrow is paid out to the streamer, once.
const deadline = Date.now() + A_MINUTE;
for (let paid = 0; paid === 0; ) {
  if (Date.now() > deadline) throw new Error("The payout did not come within a minute.");
  await new Promise((resume) => setTimeout(resume, 500));
  const { results } = answered(await streamer.api.GET("/wallet/earnings", { params: { query: { goal: sale.id } } }));
  const settled = results.filter((earning) => earning.state === "settled");
  paid = settled.reduce((sum, earning) => sum + earning.amount, 0);
  if (paid > 0) console.log(`the streamer earned ${paid} coins`);
}

answered(await streamer.api.DELETE("/sessions/{session_id}", { params: { path: { session_id: session.id } } }));
for (const person of [streamer, viewer]) person.pusher.disconnect();
