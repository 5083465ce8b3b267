// What a client does every day, in the words that come to mind. It compiles strictly, and runs against a server.
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Schemas = components["schemas"];

const baseUrl = process.argv[2] ?? "http://127.0.0.1:8000";

async function signIn(username: string) {
  const { data, error } = await createClient<paths>({ baseUrl }).POST("/auth/token", {
    body: { username, password: "demo" },
  });
  if (error) throw new Error(error.code);
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${data.access}` } });
}

/** Describe a goal: each type has members of its own, and the compiler knows them all. */
function describe(goal: Schemas["Goal"]): string {
  switch (goal.type) {
    case "funding":
      return `tickets at ${goal.terms?.price ?? "?"} coins, ${goal.progress} of ${goal.levels.at(-1)?.target} coins`;
    case "show":
      return `a show of the sale ${goal.context.funding_goal_id}, ${goal.context.paused ? "paused" : "running"}`;
    case "karaoke":
      return `karaoke, song ${goal.level + 1} of ${goal.levels.length}`;
    case "trigger-private":
      return `a private show for ${goal.price.joining} coins, ${goal.metadata.goal_agreed ? "agreed" : "asked"}`;
    case "trigger-exclusive":
      return `a 1-on-1 of ${goal.metadata.prepaid_duration} seconds, for ${goal.context.exclusive_to ?? "somebody"}`;
    case "exclusive":
      return `a 1-on-1 from the invitation ${goal.context.trigger_goal_id}`;
    default:
      return goal satisfies never;
  }
}

/** Describe an event of the log: its `data` depends on its name. */
function tell(event: Schemas["Event"]): string {
  switch (event.name) {
    case "goal.progressed":
      return `${event.data.amount ?? 0} more`;
    case "goal.ended":
      return `ended: ${event.data.ended_because}`;
    case "escrow.refunded":
      return `${event.data.amount} coins came back`;
    default:
      return event.name;
  }
}

const streamer = await signIn("streamer");
const viewer = await signIn("viewer2");
const session = await streamer.POST("/sessions", { body: { title: "Every day", prices: { sd: 60, exclusive: 120 } } });
if (session.error) throw new Error(`${session.error.code}: ${session.error.detail}`);
const id = session.data.id;
await streamer.POST("/sessions/{session_id}/start", { params: { path: { session_id: id } } });

// Who is live, from the first page to the last: `next` is a reference that is resolved against the address.
const live: Schemas["Session"][] = [];
for (let cursor: string | undefined; ; ) {
  const { data, error } = await viewer.GET("/sessions", { params: { query: { active: true, cursor, page_size: 1 } } });
  if (error) throw new Error(error.code);
  live.push(...data.results);
  if (data.next === null) break;
  cursor = new URL(data.next, baseUrl).searchParams.get("cursor") ?? undefined;
}
console.log(`live: ${live.some((each) => each.id === id && each.active)}`);
// The feed has their goals as well; a session is in it a moment after it went live.
const feed = await viewer.GET("/feed", {});
feed.data?.results.forEach((entry) => console.assert(entry.goals.map(describe).length === entry.goals.length));

// A private show: what it costs is known before it is paid, and a refusal has a code with members of its own.
const exp = Math.floor(Date.now() / 1000) + 120;
const asked = { params: { path: { session_id: id } } };
const dear = await viewer.POST("/sessions/{session_id}/trigger_private", {
  ...asked,
  body: { exp, duration: 60, max_price: 1 },
});
if (dear.error?.code === "price_changed") console.log(`it costs ${dear.error.price} coins`);
const invited = await viewer.POST("/sessions/{session_id}/trigger_private", {
  ...asked,
  body: { exp, duration: 60, max_price: 60 },
});
if (invited.error) throw new Error(invited.error.code);
console.log(describe(invited.data));

// The streamer declines; deciding twice is refused by code.
const decline = { params: { path: { goal_id: invited.data.id } }, body: { agree: false } };
const declined = await streamer.DELETE("/goals/{goal_id}", decline);
console.log(declined.data?.ended_because);
const again = await streamer.DELETE("/goals/{goal_id}", decline);
if (again.error?.code === "goal_not_active") console.log("answered already");

const running = await viewer.GET("/goals", { params: { query: { session: id, active: true } } });
console.log(`${running.data?.results.length} active`);
const events = await viewer.GET("/events", {});
console.log(events.data?.results.slice(-3).map(tell).join(", "));
await streamer.DELETE("/sessions/{session_id}", { params: { path: { session_id: id } } });
