// The right side: the bot's process, the image service's switches and tasks, the bot's log.
import { ask } from "/static/ask.js";
import { el, redrawn, updatesWait } from "/static/dom.js";
import { listen, state } from "/static/state.js";

const side = document.getElementById("other");
const USUAL = { "": "paints it", "flag-3-generic": "fails", "flag-3-policy": "refuses it", stuck: "never ends", "create-402": "says: no credit left", "result-404": "loses the result" };
const parts = { bot: el("div"), service: el("div"), tasks: el("div", { class: "tasks", role: "list", "aria-label": "Tasks" }), log: el("pre", { id: "log", tabindex: 0, role: "log", "aria-live": "off", "aria-label": "The bot's log" }) };

function drawBot() {
  const { bot, updates } = state.service;
  const button = (text, what, disabled = false) => el("button", { type: "button", class: "small", text, disabled, onclick: () => ask("bot", { do: what }) });
  redrawn(parts.bot,
    el("p", { class: `process ${bot}` }, el("b", { text: bot }), updates > 0 ? ` · ${updatesWait(updates)}` : ""),
    el("div", { class: "buttons" },
      button("Restart", "restart"), bot === "stopped" ? button("Start", "start") : button("Stop", "stop"), button("Kill", "kill", bot === "stopped")));
}

let service = "";

function drawService() {
  const { armed, is_down: isDown, is_slow: isSlow, credits } = state.service;
  const source = JSON.stringify([armed, isDown, isSlow, credits]);
  if (source === service) return; // an open list of choices stays open
  service = source;
  const option = (value, text) => el("option", { value, text, selected: value === armed });
  const rest = state.faults.filter((each) => !(each in USUAL));
  const toggle = (label, isOn, name) => el("label", { class: "switch" }, el("span", { text: label }),
    el("input", { type: "checkbox", role: "switch", checked: isOn, onchange: (event) => ask(name, { on: event.target.checked }) }));
  redrawn(parts.service,
    el("label", { class: "switch" }, el("span", { text: "The next task: it" }),
      el("select", { id: "next-task", onchange: (event) => ask("next_task", { fault: event.target.value }) },
        Object.entries(USUAL).map(([value, text]) => option(value, text)),
        el("optgroup", { label: "everything that tests use" }, rest.map((each) => option(each, each))))),
    toggle("Slow: a minute for each", isSlow, "slow"),
    toggle("Down: answers 503", isDown, "down"),
    el("p", { class: "note", text: `${credits} credits left` }));
}

const shown = new Map();

function drawTasks() {
  for (const task of state.tasks.values()) {
    const source = JSON.stringify(task);
    if (shown.get(task.id)?.source === source) continue;
    const node = taskNode(task);
    const old = shown.get(task.id);
    if (old) old.node.replaceWith(node);
    else parts.tasks.prepend(node);
    shown.set(task.id, { node, source });
  }
  for (const [id, { node }] of shown) if (!state.tasks.has(id)) (node.remove(), shown.delete(id));
  side.querySelector("#no-tasks").hidden = state.tasks.size > 0;
}

function taskNode(task) {
  const options = Object.entries(task.options).map(([name, value]) => `${name} ${value}`).join(" · ");
  const picture = (which, alt) => el("a", { href: `/task/${task.id}/${which}`, target: "_blank", rel: "noopener" }, el("img", { src: `/task/${task.id}/${which}`, alt }));
  const photos = Array.from({ length: task.photos }, (_, at) => picture(`photo/${at}`, task.photos > 1 ? `Photo ${at + 1} as sent` : "The photo as sent"));
  return el("div", { class: `task ${task.state}`, role: "listitem" },
    el("div", { class: "line" }, el("b", { text: task.state }), seconds(task), el("span", { class: "grow" }), el("span", { text: `${task.credits} credits` })),
    (task.photos > 0 || task.has_result) && el("div", { class: "pair" }, photos, task.has_result && picture("result", "The result as painted")),
    el("details", {}, el("summary", { dir: "auto", text: task.prompt }),
      el("p", { class: "note", text: [`model ${task.model}`, `${task.photos} ${task.photos === 1 ? "photo" : "photos"}`, options, `asked for ${task.polls} times`].filter(Boolean).join(" · ") })),
    task.problem && el("p", { class: "problem", text: task.problem }),
    task.state === "running" && el("button", { type: "button", class: "small", text: "Finish now", onclick: () => ask("finish", { task: task.id }) }));
}

function seconds(task) {
  const node = el("span", { class: "seconds" });
  const show = () => (node.textContent = `${((task.ended_at ?? Date.now() / 1000) - task.started_at).toFixed(1)} s`);
  show();
  if (!task.ended_at) {
    const timer = setInterval(() => (node.isConnected ? show() : clearInterval(timer)), 500);
  }
  return node;
}

function addLog(lines) {
  const { log } = parts;
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(...lines.map((line) => el("span", { class: /\b(ERROR|CRITICAL)\b/.test(line) ? "error" : /\bWARNING\b/.test(line) ? "warning" : null, text: `${line.replace(/^\d{4}-\d\d-\d\d /, "")}\n` })));
  while (log.childElementCount > 600) log.firstChild.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

export function setUpOther() {
  side.append(
    el("h2", { text: "The bot" }), parts.bot,
    el("h2", { text: "The image service" }), parts.service,
    el("h2", { text: "Its tasks" }), el("p", { id: "no-tasks", class: "note", text: "Nothing was sent to it yet." }), parts.tasks,
    el("h2", { text: "The bot's log" }), parts.log);
}

listen("service", () => (drawBot(), drawService()));
listen("tasks", drawTasks);
listen("log", (lines) => {
  if (lines === state.log) parts.log.replaceChildren(); // a page that has connected anew
  addLog(lines);
});
