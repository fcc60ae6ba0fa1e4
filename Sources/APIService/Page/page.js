"use strict";

const pageSize = 25;
const part = (id) => document.getElementById(id);
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/// What is shown; the address line holds the same, so that reloading and going back work.
const shown = { search: "", offset: 0 };
/// The user that was just added.
let fresh = null;
/// Counts the requests for a list: an answer that was overtaken by a later request is dropped.
let asked = 0;

/// Asks the API; fails with a sentence that can be shown.
async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(20000) });
  } catch {
    throw new Error("The service cannot be reached. Try again in a moment.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const fault = new Error(answer.error ? sentence(answer.error) : `The service answered ${response.status}.`);
    fault.status = response.status;
    throw fault;
  }
  return answer;
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + ".";
}

function send(method, value) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

function say(text, isFault = false) {
  const message = part("message");
  message.textContent = text;
  message.classList.toggle("fault", isFault);
}

function cell(row, kind, text) {
  const made = row.insertCell();
  made.className = kind;
  // Names are in any script and direction: each keeps to itself.
  const inner = document.createElement("bdi");
  // A long address breaks after its "@" first.
  const at = kind === "email" ? text.indexOf("@") + 1 : 0;
  inner.append(text.slice(0, at), ...(at ? [document.createElement("wbr")] : []), text.slice(at));
  made.append(inner);
}

function dateText(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : dates.format(date);
}

function showUsers(page) {
  const body = part("users").tBodies[0];
  body.replaceChildren();
  for (const user of page.users) {
    const row = body.insertRow();
    row.classList.toggle("fresh", user.id === fresh);
    cell(row, "number", String(user.id));
    cell(row, "name", user.name);
    cell(row, "email", user.email);
    cell(row, "added", dateText(user.created_at));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "danger";
    button.textContent = "Delete";
    button.setAttribute("aria-label", `Delete ${user.name}`);
    button.addEventListener("click", () => remove(user));
    const action = row.insertCell();
    action.className = "action";
    action.append(button);
  }
  const many = page.total.toLocaleString();
  part("list-title").textContent = shown.search ? `${many} found` : "All users";
  part("users").hidden = page.users.length === 0;
  part("none").hidden = page.users.length > 0;
  part("none").textContent = shown.search
    ? "No name or email contains this."
    : "There are no users yet. The first one you add appears here.";
  const last = Math.min(page.offset + page.users.length, page.total);
  part("pages").hidden = page.total <= pageSize;
  part("range").textContent = `${(page.offset + 1).toLocaleString()}–${last.toLocaleString()} of ${many}`;
  part("previous").disabled = page.offset === 0;
  part("next").disabled = last >= page.total;
}

async function list() {
  const mine = ++asked;
  const query = new URLSearchParams({ limit: pageSize, offset: shown.offset });
  if (shown.search) query.set("search", shown.search);
  let page;
  try {
    page = await ask(`/api/users?${query}`);
  } catch (fault) {
    if (mine === asked) say(fault.message, true);
    return;
  }
  if (mine !== asked) return;
  if (page.users.length === 0 && page.total > 0) {
    // The last user of the last page is gone, or the address line asks for too much.
    shown.offset = lastOffset(page.total);
    return list();
  }
  remember();
  showUsers(page);
  facts();
}

function lastOffset(total) {
  return Math.floor(Math.max(total - 1, 0) / pageSize) * pageSize;
}

async function facts() {
  try {
    const stats = await ask("/api/stats");
    const noun = stats.total_users === 1 ? "user" : "users";
    part("facts").textContent =
      `${stats.total_users.toLocaleString()} ${noun}, ${stats.database_size_mb.toLocaleString()} MB`;
  } catch {
    part("facts").textContent = "";
  }
}

function remember() {
  const query = new URLSearchParams();
  if (shown.search) query.set("search", shown.search);
  if (shown.offset) query.set("offset", shown.offset);
  const text = query.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

async function add(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("button");
  const user = { name: part("name").value, email: part("email").value };
  mark(null);
  button.disabled = true;
  try {
    const made = await ask("/api/users", send("POST", user));
    form.reset();
    fresh = made.id;
    say(`${made.name} was added.`);
    const all = await ask("/api/users?limit=1");
    part("search").value = shown.search = "";
    shown.offset = lastOffset(all.total);
    await list();
    part("name").focus();
  } catch (fault) {
    say(fault.message, true);
    mark(fault.status === 409 || /^email\b/i.test(fault.message) ? "email" : /^name\b/i.test(fault.message) ? "name" : null);
  } finally {
    button.disabled = false;
  }
}

/// Marks the field that is to be mended.
function mark(id) {
  for (const field of ["name", "email"]) {
    part(field).toggleAttribute("aria-invalid", false);
    part(field).removeAttribute("aria-describedby");
  }
  if (!id) return;
  part(id).setAttribute("aria-invalid", "true");
  part(id).setAttribute("aria-describedby", "message");
  part(id).focus();
}

function remove(user) {
  const sure = part("sure");
  part("sure-name").textContent = user.name;
  part("sure-email").textContent = user.email;
  sure.returnValue = "";
  sure.onclose = async () => {
    if (sure.returnValue !== "delete") return;
    try {
      await ask(`/api/users/${user.id}`, { method: "DELETE" });
      say(`${user.name} was deleted.`);
    } catch (fault) {
      // Gone already is what was wanted.
      say(fault.status === 404 ? `${user.name} was already deleted.` : fault.message, fault.status !== 404);
    }
    await list();
    part("list-title").focus();
  };
  sure.showModal();
}

function turn(step) {
  shown.offset = Math.max(0, shown.offset + step * pageSize);
  list();
  part("list-title").scrollIntoView({ block: "nearest" });
}

let typing;
function find() {
  clearTimeout(typing);
  typing = setTimeout(() => {
    shown.search = part("search").value.trim();
    shown.offset = 0;
    list();
  }, 200);
}

function begin() {
  const query = new URLSearchParams(location.search);
  shown.search = query.get("search") ?? "";
  const offset = Number(query.get("offset") ?? 0);
  shown.offset = Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
  part("search").value = shown.search;
  part("add").addEventListener("submit", add);
  part("find").addEventListener("submit", (event) => event.preventDefault());
  part("search").addEventListener("input", find);
  part("previous").addEventListener("click", () => turn(-1));
  part("next").addEventListener("click", () => turn(1));
  list();
}

begin();
