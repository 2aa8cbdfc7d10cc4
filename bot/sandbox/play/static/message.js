// One message, or an album of several, as a part of the chat. `view` says for whom it is drawn: `person` is the id
// of who looks, `picture` gives a file's address, `act` what pressing does (null: nothing, as in a saved chat).
import { byteCount, clock, el, face, hue, icon } from "/static/dom.js";
import { formatted, link } from "/static/formatted.js";

const WIDEST = 460;
const TALLEST = 360;

export function blockNode(messages, view) {
  return messages.length > 1 ? album(messages, view) : single(messages[0], view);
}

function single(message, view) {
  if (message.service) return el("div", { class: "service", role: "listitem", "data-id": message.id, text: message.service });
  const isOwn = message.from.id === view.person;
  return el("div", { class: `block ${isOwn ? "own" : "theirs"}`, role: "listitem" },
    view.showNames && !isOwn && face(message.from.id, message.from.name, message.by_bot ? "bot" : ""),
    article(message, view, [
      ...above(message, view),
      media(message, view),
      message.text && el("div", { class: "text", dir: "auto" }, formatted(message.text, message.entities, view.act)),
      meta(message),
    ]));
}

// Photos side by side, files one below the other; one caption for all.
function album(messages, view) {
  const [first] = messages;
  const last = messages[messages.length - 1];
  const isOwn = first.from.id === view.person;
  const said = messages.find((each) => each.text);
  const arePhotos = messages.every((each) => each.media?.kind === "photo");
  return el("div", { class: `block album ${isOwn ? "own" : "theirs"}`, role: "listitem", "data-count": messages.length },
    view.showNames && !isOwn && face(first.from.id, first.from.name, first.by_bot ? "bot" : ""),
    el("div", { class: "bubble" },
      above(first, view),
      el("div", { class: arePhotos ? "grid" : "stack" }, messages.map((each) => article(each, view, [media(each, view)]))),
      said && el("div", { class: "text", dir: "auto" }, formatted(said.text, said.entities, view.act)),
      meta(last)));
}

function article(message, view, parts) {
  const isOwn = message.from.id === view.person;
  return el("article", {
    class: "message", id: `m${message.id}`, "data-id": message.id, "data-key": "self", tabindex: -1,
    "aria-label": `${isOwn ? "You" : message.from.name}, ${clock(message.at)}`,
  },
    el("div", { class: bubbleClass(message) }, parts),
    keyboard(message, view),
    reactions(message, view),
    view.act && el("button", {
      type: "button", class: "more plain", "data-key": "more", "aria-haspopup": "menu",
      "aria-label": "What to do with this message", onclick: (event) => view.act.menu(message, event.currentTarget),
    }, icon("more")));
}

function bubbleClass(message) {
  const isSticker = message.media?.kind === "sticker";
  const isBare = message.media && message.media.kind === "photo" && !message.text;
  return `bubble${isBare ? " bare" : ""}${isSticker ? " sticker" : ""}${message.media ? " with-media" : ""}`;
}

function above(message, view) {
  const isOwn = message.from.id === view.person;
  const name = view.showNames && !isOwn && el("div", { class: "name", text: message.from.name });
  if (name) name.style.setProperty("--hue", hue(message.from.id));
  return [
    name,
    message.forwarded_from && el("div", { class: "forwarded", text: `Forwarded from ${message.forwarded_from}` }),
    message.reply && quote(message.reply, view),
  ];
}

function quote(reply, view) {
  if (reply.is_gone) return el("div", { class: "quote gone", text: "Deleted message" });
  const words = reply.text || (reply.media ? { photo: "Photo", document: reply.media.name }[reply.media.kind] ?? "Media" : "Message");
  const parts = [
    reply.media?.preview && el("img", { src: view.picture(reply.media.preview), alt: "" }),
    el("span", { class: "words" }, el("b", { text: reply.from.name }), el("span", { dir: "auto", text: words })),
  ];
  if (!view.act) return el("a", { class: "quote", href: `#m${reply.id}` }, parts);
  return el("button", {
    type: "button", class: "quote", "data-key": "quote", "aria-label": `Reply to ${reply.from.name}: ${words}`,
    onclick: () => view.act.jump(reply.id),
  }, parts);
}

function media(message, view) {
  const { media } = message;
  if (!media) return null;
  if (media.kind === "photo") return photo(message, view);
  if (media.kind === "sticker") return el("img", { class: "sticker", src: view.picture(media.file), alt: "Sticker", width: 180, height: 180 });
  if (media.kind === "other") return el("div", { class: "file" }, el("span", { class: "thumb" }, icon("file")), el("span", { class: "words", text: media.name }));
  return file(media, view);
}

function photo(message, view) {
  const { media } = message;
  const image = el("img", {
    src: view.picture(media.preview), width: media.width, height: media.height, alt: `Photo, ${media.width} by ${media.height} pixels`,
  });
  const share = Math.min(1, WIDEST / media.width, TALLEST / media.height);
  image.style.setProperty("width", `${Math.max(90, Math.round(media.width * share))}px`);
  image.style.setProperty("aspect-ratio", `${media.width} / ${media.height}`);
  const size = el("span", { class: "size", "aria-hidden": "true", text: `${media.width} × ${media.height}` });
  const cover = message.is_spoiler && el("span", { class: "cover" }, el("span", { text: "Hidden photo" }));
  const look = (event) => {
    const hidden = event.currentTarget.querySelector(".cover");
    if (hidden) hidden.remove();
    else view.act?.look(media);
  };
  return el("button", {
    type: "button", class: "photo", "data-key": `photo${message.id}`, onclick: look,
    "aria-label": message.is_spoiler ? "Hidden photo: press to show it" : `Photo, ${media.width} by ${media.height} pixels: press to see its pixels`,
  }, image, size, cover);
}

function file(media, view) {
  const preview = media.preview && el("img", { src: view.picture(media.preview), alt: "" });
  const parts = [
    el("span", { class: "thumb" }, preview || icon("file")),
    el("span", { class: "words" }, el("b", { text: media.name }), el("span", { text: `${byteCount(media.byte_count)} · file` })),
  ];
  if (view.act && preview) return el("button", { type: "button", class: "file", "data-key": "file", onclick: () => view.act.look(media) }, parts);
  return el("a", { class: "file", href: view.picture(media.file), download: media.name }, parts);
}

function meta(message) {
  return el("span", { class: "meta" },
    message.is_silent && el("span", { class: "silent", title: "Sent silently: no sound, no notification" }, icon("silent"), el("span", { class: "unseen", text: "sent silently" })),
    message.is_edited && el("span", { text: "edited" }),
    el("time", { datetime: new Date(message.at * 1000).toISOString(), text: clock(message.at) }));
}

function keyboard(message, view) {
  if (!message.buttons.length) return null;
  const key = (button, row, column) => {
    const parts = [el("span", { text: button.text }), button.url && icon("link")];
    if (button.url) {
      const target = link(button.url, parts, view.act);
      target.classList.add("key");
      return target;
    }
    return el("button", {
      type: "button", class: "key", "data-key": `key${row}-${column}`, disabled: !view.act,
      onclick: (event) => (button.copy_text ? view.act.copy(button.copy_text.text) : view.act.press(message, button.callback_data, event.currentTarget)),
    }, parts);
  };
  return el("div", { class: "keyboard", role: "group", "aria-label": "Buttons" },
    message.buttons.map((row, number) => el("div", { class: "keys" }, row.map((button, column) => key(button, number, column)))));
}

function reactions(message, view) {
  if (!message.reactions.length) return null;
  const counts = new Map();
  for (const { emoji, who } of message.reactions) counts.set(emoji, [...(counts.get(emoji) ?? []), who]);
  return el("div", { class: "reactions" }, [...counts].map(([emoji, who]) => {
    const isMine = who.includes(view.person);
    return el("button", {
      type: "button", "aria-pressed": String(isMine), disabled: !view.act, "data-key": `reaction${emoji}`,
      onclick: () => view.act.react(message, isMine ? "" : emoji),
    }, emoji, who.length > 1 && el("span", { text: who.length }));
  }));
}
