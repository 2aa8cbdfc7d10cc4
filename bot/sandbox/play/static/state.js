// What the page knows: told by the server in `everything` and then piece by piece; and what is chosen here.

export const state = {
  me: null, people: [], chats: [], languages: {}, samples: {}, faults: [], tasks: new Map(), service: {}, log: [],
  messages: new Map(), // by chat, then by message id
  person: 0, chat: 0, thread: null,
  unread: new Map(), // by chat and topic
};

const listeners = new Map();

export function listen(kinds, callback) {
  for (const kind of kinds.split(" ")) listeners.set(kind, [...(listeners.get(kind) ?? []), callback]);
}

export function tell(kind, detail) {
  for (const callback of listeners.get(kind) ?? []) callback(detail);
}

export const thePerson = () => state.people.find((each) => each.id === state.person);
export const theChat = () => state.chats.find((each) => each.id === state.chat);
export const chatsOf = (person) => state.chats.filter((chat) => chat.members.some((each) => each.id === person));
export const titleOf = (chat) => (chat.is_private ? state.me.name : chat.title);
export const place = (chat, thread) => `${chat}/${thread ?? 0}`;

// The messages of a chat, in order; of one topic in a forum.
export function messagesOf(chat, thread = undefined) {
  const all = [...(state.messages.get(chat)?.values() ?? [])].sort((one, other) => one.id - other.id);
  return thread === undefined ? all : all.filter((each) => (each.thread ?? null) === thread);
}

export function choose(person, chat, thread = null) {
  const chats = chatsOf(person);
  const found = chats.find((each) => each.id === chat) ?? chats[0];
  state.person = person;
  state.chat = found.id;
  state.thread = found.is_forum && found.topics.some((each) => each.id === thread) ? thread : null;
  state.unread.delete(place(state.chat, state.thread));
  history.replaceState(null, "", `#${state.person}/${state.chat}/${state.thread ?? 0}`);
  tell("chosen");
}

export function chooseAtStart() {
  const [person, chat, thread] = location.hash.slice(1).split("/").map(Number);
  const known = state.people.some((each) => each.id === (state.person || person));
  const who = known ? state.person || person : state.people[0].id;
  choose(who, state.chat || chat, state.person ? state.thread : thread || null);
}
