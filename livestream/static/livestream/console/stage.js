/* Going on stage and off. The stage is a presence channel: joining it starts the seconds, leaving stops them.
 *
 * The realtime server tells the service who comes and goes. The page itself calls nothing.
 */

import { buttons } from "./forms.js";
import * as goals from "./goals.js";
import { gettext } from "./texts.js";

const streamOf = (streamerId) => `presence-stream@${streamerId}`;
const ownStageOf = (goal) => `presence-enc-goal@${goal.id}`;

/** Return the channel on which a goal of this streamer is performed. */
export function stageOf(goal, streamerId) {
  return goal.type === goals.TRIGGER_PRIVATE ? streamOf(streamerId) : ownStageOf(goal);
}

/** Keep the streamer in their own stream while the session is live: a session without its streamer is ended.
 *
 * It is the stage of a private show: who has left it during the show stays outside until the show is over.
 */
export function ownStream(client) {
  const channel = streamOf(client.me.id);
  let entered = null;
  const update = () => {
    const { session } = client;
    const isLive = Boolean(session?.statuses.started);
    if (!isLive) {
      client.realtime.leave(channel);
    } else if (entered !== session.id || !isPerformedInStream(client)) {
      client.realtime.stayIn(channel);
      entered = session.id;
    }
  };
  return { update };
}

function isPerformedInStream(client) {
  const isPrivateShow = (goal) => goal.type === goals.TRIGGER_PRIVATE && goals.isPerformed(goal) && goal.active;
  return client.goalsOf(client.session.id).some(isPrivateShow);
}

/** Leave the stages of goals that have ended, so that no channel is held for nothing. */
export function leaveOldStages(client) {
  const isLeft = (goal) => goals.isOver(goal) && client.realtime.has(ownStageOf(goal));
  client.goals.all().filter(isLeft).forEach((goal) => client.realtime.leave(ownStageOf(goal)));
}

/** Make the two buttons of a performance. */
export function stageButtons(client, goal) {
  const channel = stageOf(goal, client.me.id);
  const part = buttons(
    { label: gettext("Go on stage"), className: "primary", press: async () => client.realtime.join(channel) },
    { label: gettext("Leave the stage"), press: async () => client.realtime.leave(channel) },
  );
  const update = (current) => {
    const canPerform = goals.isPerformed(current) && current.active;
    const isThere = client.realtime.has(channel);
    part.update([canPerform && !isThere, canPerform && isThere]);
  };
  return { node: part.node, update };
}
