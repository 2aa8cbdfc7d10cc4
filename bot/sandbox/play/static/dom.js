// Small helpers for making elements. Text always goes in as text, never as HTML.

export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "text") node.textContent = value;
    else if (key === "value" || key === "checked" || key === "disabled" || key === "selected") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  people: "M4 6h16M4 12h16M4 18h16",
  other: "M4 7h9m5 0h2M4 17h2m5 0h9M15.500 4.500v5M8.500 14.500v5",
  attach: "M20 11.500l-8.200 8.200a5 5 0 0 1-7.100-7.100l8.500-8.500a3.400 3.400 0 0 1 4.800 4.800l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400l7.700-7.600",
  send: "M5 12h13M12.500 6l6 6-6 6",
  more: "M6 12h.010M12 12h.010M18 12h.010",
  close: "M6 6l12 12M18 6L6 18",
  silent: "M6 16V11a6 6 0 0 1 9.500-4.900M18 10.500V16H9M10 19.500h4M4 4l16 16",
  file: "M7 3.500h7l4 4v13H7zM14 3.500v4h4",
  link: "M9 15l6-6M10 6.500l2-2a4.500 4.500 0 0 1 6.500 6.500l-2 2M14 17.500l-2 2A4.500 4.500 0 0 1 5.500 13l2-2",
  plus: "M12 5v14M5 12h14",
  arrow: "M5 12h13M13 7l5 5-5 5",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export const updatesWait = (count) => (count === 1 ? "1 update waits" : `${count} updates wait`);

export function byteCount(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${Math.round(count / 1000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

// Draws a part anew without taking the keyboard away from where it is in it.
export function redrawn(part, ...nodes) {
  const usable = () => [...part.querySelectorAll("button, input, select, summary")];
  const at = usable().indexOf(document.activeElement);
  part.replaceChildren(...nodes.flat().filter(Boolean));
  if (at >= 0) usable()[at]?.focus();
}

// The same soft colour for the same name, as a hue.
export function hue(id) {
  return (Math.abs(id) * 47) % 360;
}

export function face(id, name, kind = "") {
  const node = el("span", { class: `face ${kind}`, "aria-hidden": "true", text: [...name][0] ?? "?" });
  node.style.setProperty("--hue", hue(id));
  return node;
}
