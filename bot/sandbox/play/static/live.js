// The stream of events from the server. When it breaks, the browser connects anew and gets everything again.
import { chooseAtStart, listen, place, state, tell } from "/static/state.js";

const HEARD = {
  everything(event) {
    const { kind, messages, tasks, ...rest } = event;
    Object.assign(state, rest);
    state.tasks = new Map(tasks.map((task) => [task.id, task]));
    state.messages = new Map(Object.entries(messages).map(([chat, all]) => [Number(chat), new Map(all.map((each) => [each.id, each]))]));
    chooseAtStart();
    tell("facts");
    tell("service");
    tell("tasks");
    tell("log", state.log);
  },
  facts({ people, chats }) {
    Object.assign(state, { people, chats });
    for (const chat of chats) if (!state.messages.has(chat.id)) state.messages.set(chat.id, new Map());
    tell("facts");
  },
  message({ message }) {
    const chat = state.messages.get(message.chat);
    if (!chat) return;
    const isNew = !chat.has(message.id);
    chat.set(message.id, message);
    const where = place(message.chat, message.thread);
    if (isNew && where !== place(state.chat, state.thread) && !message.service) {
      state.unread.set(where, (state.unread.get(where) ?? 0) + 1);
    }
    tell("messages", { message, isNew });
  },
  gone({ chat, message }) {
    state.messages.get(chat)?.delete(message);
    tell("messages", {});
  },
  action: (event) => tell("action", event),
  task({ task }) {
    state.tasks.set(task.id, task);
    tell("tasks");
  },
  service({ service }) {
    state.service = service;
    tell("service");
  },
  log({ lines }) {
    state.log = [...state.log, ...lines].slice(-600);
    tell("log", lines);
  },
};

export function connect() {
  const source = new EventSource("/events");
  source.onmessage = (event) => {
    const heard = JSON.parse(event.data);
    HEARD[heard.kind](heard);
  };
  source.onopen = () => tell("connection", true);
  source.onerror = () => tell("connection", false);
}

// A topic that is gone cannot stay chosen.
listen("facts", () => {
  const chat = state.chats.find((each) => each.id === state.chat);
  if (chat && state.thread !== null && !chat.topics.some((each) => each.id === state.thread)) {
    state.thread = null;
    tell("chosen");
  }
});

